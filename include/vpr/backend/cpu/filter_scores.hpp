// SPDX-License-Identifier: MIT
/// @file
/// Inner products of many rows that were rounded to bfloat16 or to bytes, and what they say of the exact ones, compiled for each
/// instruction set.
#pragma once

#include <vpr/backend/cpu/row_scores.hpp>

namespace vpr::detail {

/// What is known of the rows of a panel beside their rounded elements. A row is `scale` times its rounded elements, but for an error.
struct alignas(64) RowBounds {
  float scale[panel_rows];
  float offset[panel_rows];        ///< what an estimate has beside the product: the squared norm's negative where distances are estimated
  float error[panel_rows];         ///< at least the norm of the error
  float norm[panel_rows];          ///< at least the norm of the row
  std::int32_t start[panel_rows];  ///< what sums of bytes begin with: makes up for queries that are shifted
};

/// What of a query's bound is the same for all rows. For a row of error e and norm n the estimate is off by at most
/// `by_error`·e + `by_norm`·n + `by_square`·n² + `constant`.
struct QueryBound {
  float scale = 1, offset = 0;
  float by_error = 0, by_norm = 0, by_square = 0, constant = 0;
};

/// What an instruction set has for the rounded rows of a panel.
struct FilterKernels {
  /// Inner products of the rows, of `words` words each, with each of `count` queries packed as `RowScoreKernels` says, their words in
  /// the place of floats: `out[query * 64 + row]`. Those of bytes are exact, but for one rounding to float at the end.
  using Products = void(const std::uint32_t* rows, std::int64_t words, const std::uint32_t* queries, std::int64_t count,
                        const std::int32_t* start, float* out);
  /// Of which rows the score may reach `bound`, a bit each. Where there are any, all rows' estimates are written, and by how much
  /// they may be off.
  using Reaching = std::uint64_t(const RowBounds& rows, const QueryBound& query, float bound, const float* products, float* estimates,
                                 float* slacks);

  /// Of which rows the inner product may reach what is known for the row, or for the query: its estimate and `slack` together. The
  /// estimates are written where there are any.
  using Nearer = std::uint64_t(const float* scales, float scale, float slack, const float* of_rows, float of_query, const float* products,
                               float* estimates);

  Products* bfloat_products;
  Products* byte_products;
  Reaching* reaching;
  Nearer* nearer;
  std::int32_t byte_shift;  ///< what is added to a query's bytes
};

inline namespace VPR_TARGET {
/// Those of the set that runs.
const FilterKernels& filter_kernels();
}  // namespace VPR_TARGET

}  // namespace vpr::detail

#if VPR_HAS_KERNELS
#define VPR_KERNELS <vpr/backend/cpu/kernels/filter_scores.inl>
#include <vpr/backend/cpu/each_instruction_set.inl>
VPR_DEFINE_CHOSEN_KERNELS(FilterKernels, filter_kernels)
#endif
