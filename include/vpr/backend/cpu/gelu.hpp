// SPDX-License-Identifier: MIT
/// @file
/// GELU and its gradient over vectors.
#pragma once

#include <vpr/backend/kernel.hpp>
#include <vpr/core/target.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cstdint>
#include <type_traits>

namespace vpr::detail {
inline namespace VPR_TARGET {

/// The elements that are computed at once. Named here, since nvcc loses the sizes of an alias inside a function template. Not aligned: how
/// much Eigen's functions expect depends on the compiler's flags, their names do not.
using GeluBlock = Eigen::Array<float, 64, 1, Eigen::DontAlign>;

/// GELU of `count` elements. In float, erf is Abramowitz and Stegun's formula 7.1.26 (error at most 1.5e-7), whose only
/// transcendental is an exponential that Eigen computes in vectors.
template <class T>
void gelu_in_place(T* data, std::int64_t count) {
  if constexpr (std::is_same_v<T, float>) {
    constexpr std::int64_t size = GeluBlock::SizeAtCompileTime;
    const auto apply = [](float* block) {
      Eigen::Map<GeluBlock> x(block);
      const GeluBlock z = x.abs() * 0.70710678F;
      const GeluBlock t = (1.0F + 0.3275911F * z).inverse();
      const GeluBlock tail =
          ((((1.061405429F * t - 1.453152027F) * t + 1.421413741F) * t - 0.284496736F) * t + 0.254829592F) * t * (-z.square()).exp();
      // erf is odd: x erf(x/√2) = |x| erf(|x|/√2).
      x = 0.5F * (x + x.abs() * (1.0F - tail));
    };
    for (; count >= size; data += size, count -= size) apply(data);
    if (count == 0) return;
    // The rest is padded to a block too: an element's bits must not depend on where it stands.
    GeluBlock rest = GeluBlock::Zero();
    std::copy_n(data, count, rest.data());
    apply(rest.data());
    std::copy_n(rest.data(), count, data);
  } else {
    for (std::int64_t i = 0; i < count; ++i) data[i] = gelu_value(data[i]);
  }
}

/// dx = dy · gelu'(x) for `count` elements, by the same formula; dx may be dy.
template <class T>
void gelu_gradient(const T* x, const T* dy, T* dx, std::int64_t count) {
  if constexpr (std::is_same_v<T, float>) {
    constexpr std::int64_t size = GeluBlock::SizeAtCompileTime;
    const auto slope = [](const GeluBlock& v) -> GeluBlock {
      const GeluBlock bell = (-0.5F * v.square()).exp();
      const GeluBlock t = (1.0F + 0.23164189F * v.abs()).inverse();
      const GeluBlock tail = ((((0.5307027145F * t - 0.7265760135F) * t + 0.7107068705F) * t - 0.142248368F) * t + 0.127414796F) * t * bell;
      return (v < 0.0F).select(tail, 1.0F - tail) + 0.39894228F * v * bell;
    };
    for (; count >= size; x += size, dy += size, dx += size, count -= size) {
      Eigen::Map<GeluBlock> result(dx);
      result = slope(Eigen::Map<const GeluBlock>(x)) * Eigen::Map<const GeluBlock>(dy);
    }
    if (count == 0) return;
    GeluBlock rest = GeluBlock::Zero();
    std::copy_n(x, count, rest.data());
    rest = slope(rest);
    for (std::int64_t i = 0; i < count; ++i) dx[i] = rest[i] * dy[i];
  } else {
    for (std::int64_t i = 0; i < count; ++i) dx[i] = dy[i] * gelu_slope(x[i]);
  }
}

}  // namespace VPR_TARGET
}  // namespace vpr::detail
