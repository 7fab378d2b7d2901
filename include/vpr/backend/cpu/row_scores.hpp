// SPDX-License-Identifier: MIT
/// @file
/// Inner products and squared distances of many rows, compiled for each instruction set.
#pragma once

#include <vpr/backend/cpu/instruction_set.hpp>

#include <cstdint>
#include <utility>

namespace vpr::detail {

/// Rows of a panel: a panel holds the first elements of all its rows, then their second elements, and so on.
inline constexpr int panel_rows = 64;

/// Elements that a score is summed over at a time: so many of all rows of a panel fit in the first cache.
inline constexpr std::int64_t row_run = 128;

/// How many of `count` queries are scored side by side next.
constexpr int query_tile(std::int64_t count) { return count >= 6 ? 6 : count >= 4 ? 4 : count >= 2 ? 2 : 1; }

/// The lowest `count` of 64 bits, all of them where it is larger.
inline std::uint64_t first_bits(std::int64_t count) { return count >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1; }

/// What an instruction set has for the rows of a panel.
struct RowScoreKernels {
  /// Scores the rows, of `dim` elements each, for each of `count` packed queries: `out[query * 64 + row]`. Packed are, for each run of
  /// elements, for each tile of queries: the first elements of its queries, then their second elements, and so on. A score is summed
  /// element by element within runs of 128, and run by run.
  using Score = void(const float* rows, std::int64_t dim, const float* queries, std::int64_t count, float* out);
  /// Which of the 64 scores reach a bound, the row's number being that of the bit.
  using Within = std::uint64_t(const float* scores, float bound);

  /// The scores of `count` pairs of rows of `dim` elements, the bits being those that `Score` gives.
  using Pairs = void(const float* const* a, const float* const* b, std::int64_t count, std::int64_t dim, float* out);

  Score* inner_products;
  Score* squared_distances;
  Within* at_least;
  Within* at_most;
  Pairs* pair_products;
  Pairs* pair_distances;
};

inline namespace VPR_TARGET {
/// Those of the set that runs.
const RowScoreKernels& row_score_kernels();
}  // namespace VPR_TARGET

}  // namespace vpr::detail

#if VPR_HAS_KERNELS
#define VPR_KERNELS <vpr/backend/cpu/kernels/row_scores.inl>
#include <vpr/backend/cpu/each_instruction_set.inl>
VPR_DEFINE_CHOSEN_KERNELS(RowScoreKernels, row_score_kernels)
#endif
