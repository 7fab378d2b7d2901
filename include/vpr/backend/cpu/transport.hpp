// SPDX-License-Identifier: MIT
/// @file
/// The kernels of optimal transport, compiled for each instruction set.
#pragma once

#include <vpr/backend/cpu/rows.hpp>

namespace vpr::detail {
inline namespace VPR_TARGET {

/// Those of one set, for one image.
struct TransportKernels {
  void (*step)(std::int64_t tokens, std::int64_t clusters, const float* scores, float dustbin, float mass_left, const float* before,
               float* u, float* v);
  void (*plan)(std::int64_t tokens, std::int64_t clusters, const float* scores, float dustbin, const float* u, const float* v, float* out);
};

/// Those of the set that runs.
const TransportKernels& transport_kernels();

}  // namespace VPR_TARGET
}  // namespace vpr::detail

#if VPR_HAS_KERNELS
#define VPR_KERNELS <vpr/backend/cpu/kernels/transport.inl>
#include <vpr/backend/cpu/each_instruction_set.inl>
VPR_DEFINE_CHOSEN_KERNELS(TransportKernels, transport_kernels)
#endif
VPR_DEFINE_CHOSEN_KERNEL(transport_kernel, transport_kernels)
