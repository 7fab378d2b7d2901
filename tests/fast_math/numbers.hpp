// SPDX-License-Identifier: MIT
/// Numbers that no compiler can know: under -ffast-math it may take a constant NaN or infinity for anything.
#pragma once

#include <bit>
#include <cstdint>

namespace vpr::test {

inline float of_bits(std::uint32_t bits) {
  volatile std::uint32_t hidden = bits;
  return std::bit_cast<float>(std::uint32_t{hidden});
}
inline float nan_number() { return of_bits(0x7fc00000U); }
inline float infinite_number() { return of_bits(0x7f800000U); }
inline double wide_nan() {
  volatile std::uint64_t hidden = 0x7ff8000000000000U;
  return std::bit_cast<double>(std::uint64_t{hidden});
}

}  // namespace vpr::test
