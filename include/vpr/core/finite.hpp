// SPDX-License-Identifier: MIT
/// @file
/// Which numbers are finite, by their bits: under -ffast-math compilers take `std::isfinite` to be true and a NaN to be equal to itself.
#pragma once

#include <vpr/core/half.hpp>

#include <bit>
#include <cstdint>

namespace vpr {
namespace detail {

/// The bits of a number without its sign. Those of infinity lie above all finite numbers' and below all NaNs'.
template <class T>
struct Magnitude;
template <>
struct Magnitude<float> {
  using Bits = std::uint32_t;
  static constexpr Bits infinity = 0x7f800000U;
};
template <>
struct Magnitude<double> {
  using Bits = std::uint64_t;
  static constexpr Bits infinity = 0x7ff0000000000000U;
};
template <>
struct Magnitude<f16> {
  using Bits = std::uint16_t;
  static constexpr Bits infinity = 0x7c00U;
};
template <>
struct Magnitude<bf16> {
  using Bits = std::uint16_t;
  static constexpr Bits infinity = 0x7f80U;
};

// By reference: of a parameter held by value some compilers assume that it is finite.
template <class T>
constexpr auto magnitude(const T& value) {
  using Bits = typename Magnitude<T>::Bits;
  return static_cast<Bits>(std::bit_cast<Bits>(value) & static_cast<Bits>(~Bits{0}) >> 1);
}

}  // namespace detail

/// Whether `value`, a float, double, f16 or bf16, is neither infinite nor NaN.
template <class T>
constexpr bool is_finite(const T& value) {
  return detail::magnitude(value) < detail::Magnitude<T>::infinity;
}

/// Whether `value`, a float, double, f16 or bf16, is NaN.
template <class T>
constexpr bool is_nan(const T& value) {
  return detail::magnitude(value) > detail::Magnitude<T>::infinity;
}

}  // namespace vpr
