// SPDX-License-Identifier: MIT
/// @file
/// The kernels of elements, rows and columns of floats, compiled for each instruction set.
#pragma once

#include <vpr/backend/cpu/vector_math.hpp>

namespace vpr::detail {
inline namespace VPR_TARGET {

/// Those of one set. `out` may be an input where elements are computed apart. A row has `columns` elements, at least one.
struct RowKernels {
  using Map = void (*)(std::int64_t count, const float* x, float* out);
  using Map2 = void (*)(std::int64_t count, const float* x, const float* y, float* out);
  using Map3 = void (*)(std::int64_t count, const float* x, const float* y, const float* z, float* out);

  Map exp, relu, gelu, quick_gelu;
  Map2 multiply, divide, silu_gate, relu_gradient, gelu_gradient, quick_gelu_gradient;
  Map3 silu_gate_gradient;  // by the gated half alone
  void (*add_scaled)(std::int64_t count, const float* x, const float* y, float scale, float* out);
  Map3 add_gated;

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
  void (*transport_step)(std::int64_t tokens, std::int64_t clusters, const float* scores, float dustbin, float mass_left,
                         const float* before, float* u, float* v);
  void (*transport_plan)(std::int64_t tokens, std::int64_t clusters, const float* scores, float dustbin, const float* u, const float* v,
                         float* out);
};

}  // namespace VPR_TARGET
}  // namespace vpr::detail

#if VPR_HAS_KERNELS
#define VPR_KERNELS <vpr/backend/cpu/kernels/rows.inl>
#include <vpr/backend/cpu/each_instruction_set.inl>
#undef VPR_KERNELS
#endif

namespace vpr::detail {
inline namespace VPR_TARGET {

#if VPR_HAS_KERNELS
VPR_KERNELS_INLINE const RowKernels& rows() { return VPR_CHOSEN_KERNELS(row_kernels); }
#else
const RowKernels& rows();
#endif

/// One of the set that runs, such as `row_kernel<&RowKernels::gem>()`. Where kernels are compiled in every file, only those that it names are.
template <auto Kernel>
auto row_kernel() {
#if VPR_HAS_KERNELS
  return VPR_CHOSEN_KERNEL(row_kernels, Kernel);
#else
  return rows().*Kernel;
#endif
}

}  // namespace VPR_TARGET
}  // namespace vpr::detail
