// SPDX-License-Identifier: MIT
/// @file
/// How wide this processor's vectors are, and how many of them sums are kept in.
#pragma once

#include <vpr/core/target.hpp>

namespace vpr::detail {
inline namespace VPR_TARGET {

#if defined(__AVX512F__)
inline constexpr int vector_bytes = 64, accumulators = 24;
#elif defined(__AVX__)
inline constexpr int vector_bytes = 32, accumulators = 12;
#else
inline constexpr int vector_bytes = 16, accumulators = 12;
#endif

}  // namespace VPR_TARGET
}  // namespace vpr::detail
