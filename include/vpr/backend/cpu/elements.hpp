// SPDX-License-Identifier: MIT
/// @file
/// The kernels of elements of floats, compiled for each instruction set.
#pragma once

#include <vpr/backend/cpu/vector_math.hpp>

namespace vpr::detail {
inline namespace VPR_TARGET {

/// Those of one set. `out` may be an input.
struct ElementKernels {
  using Map = void (*)(std::int64_t count, const float* x, float* out);
  using Map2 = void (*)(std::int64_t count, const float* x, const float* y, float* out);
  using Map3 = void (*)(std::int64_t count, const float* x, const float* y, const float* z, float* out);

  Map exp, relu, relu6, gelu, quick_gelu;
  Map2 multiply, divide, silu_gate, relu_gradient, relu6_gradient, gelu_gradient, quick_gelu_gradient;
  Map3 silu_gate_gradient;  // by the gated half alone
  void (*add_scaled)(std::int64_t count, const float* x, const float* y, float scale, float* out);
  Map3 add_gated;
};

/// Those of the set that runs.
const ElementKernels& element_kernels();

}  // namespace VPR_TARGET
}  // namespace vpr::detail

#if VPR_HAS_KERNELS
#define VPR_KERNELS <vpr/backend/cpu/kernels/elements.inl>
#include <vpr/backend/cpu/each_instruction_set.inl>
VPR_DEFINE_CHOSEN_KERNELS(ElementKernels, element_kernels)
#endif
VPR_DEFINE_CHOSEN_KERNEL(element_kernel, element_kernels)
