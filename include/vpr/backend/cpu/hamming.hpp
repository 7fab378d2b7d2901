// SPDX-License-Identifier: MIT
/// @file
/// Hamming distances of many codes, compiled for each instruction set.
#pragma once

#include <vpr/backend/cpu/row_scores.hpp>

namespace vpr::detail {

/// What an instruction set has for the codes of a panel, which holds the first 64 bits of all 64 codes, then their second 64 bits, and so on.
struct HammingKernels {
  /// Which of the 64 codes, of `words` words each, are closer to the query than `bound`, below 2^63: a bit each. The distances are written
  /// for all. With `fetch` the panel after the next one is fetched meanwhile.
  using Closer = std::uint64_t(const std::uint64_t* codes, std::int64_t words, const std::uint64_t* query, std::uint64_t bound, bool fetch,
                               std::uint64_t* distances);
  Closer* closer;
};

inline namespace VPR_TARGET {
/// Those of the set that runs.
const HammingKernels& hamming_kernels();
}  // namespace VPR_TARGET

}  // namespace vpr::detail

#if VPR_HAS_KERNELS
#define VPR_KERNELS <vpr/backend/cpu/kernels/hamming.inl>
#include <vpr/backend/cpu/each_instruction_set.inl>
VPR_DEFINE_CHOSEN_KERNELS(HammingKernels, hamming_kernels)
#endif
