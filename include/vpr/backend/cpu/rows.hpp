// SPDX-License-Identifier: MIT
/// @file
/// The kernels of rows and columns of floats, compiled for each instruction set.
#pragma once

#include <vpr/backend/cpu/elements.hpp>

namespace vpr::detail {
inline namespace VPR_TARGET {

/// Those of one set. A row has `columns` elements, at least one; `out` may be a row that is read.
struct RowKernels {
  void (*layer_norm)(std::int64_t columns, const float* x, const float* gamma, const float* beta, float eps, float* out);
  void (*layer_norm_gradient)(std::int64_t columns, const float* x, const float* gamma, float eps, const float* dy, float* dx);
  /// Of scale · x, the gradient by x.
  void (*softmax)(std::int64_t columns, const float* x, float scale, float* out);
  void (*softmax_gradient)(std::int64_t columns, const float* y, const float* dy, float scale, float* dx);
  void (*l2_normalize)(std::int64_t columns, const float* x, float eps, float* out);
  void (*l2_normalize_gradient)(std::int64_t columns, const float* x, float eps, const float* y, const float* dy, float* dx);
  float (*norm)(std::int64_t columns, const float* x);
  float (*distance)(std::int64_t columns, const float* x, const float* y);

  void (*column_sums)(std::int64_t rows, std::int64_t step, std::int64_t width, const float* x, const float* y, float* out);
  void (*gem)(std::int64_t rows, std::int64_t step, std::int64_t width, const float* x, float exponent, float eps, float* out);
  void (*gem_gradient)(std::int64_t columns, const float* x, float exponent, float eps, float share, const float* y, const float* dy,
                       float* dx);
  void (*residual_sums)(std::int64_t tokens, std::int64_t channels, std::int64_t clusters, std::int64_t begin, std::int64_t end,
                        const float* x, const float* assignment, const float* centres, float* out);
  void (*weighted_differences)(std::int64_t count, std::int64_t channels, const float* point, const float* others, const float* weights,
                               float* out);
};

/// Those of the set that runs.
const RowKernels& row_kernels();

}  // namespace VPR_TARGET
}  // namespace vpr::detail

#if VPR_HAS_KERNELS
#define VPR_KERNELS <vpr/backend/cpu/kernels/rows.inl>
#include <vpr/backend/cpu/each_instruction_set.inl>
VPR_DEFINE_CHOSEN_KERNELS(RowKernels, row_kernels)
#endif
VPR_DEFINE_CHOSEN_KERNEL(row_kernel, row_kernels)
