// SPDX-License-Identifier: MIT
/// @file
/// Sums and products of tensors, element by element: residual connections, position embeddings.
#pragma once

#include <vpr/core/tensor.hpp>

#include <algorithm>
#include <type_traits>

namespace vpr {
namespace detail {

/// Whether `tail`, leading ones aside, is how `shape` ends.
inline bool is_tail(const Shape& tail, const Shape& shape) {
  const std::int64_t* begin = std::find_if(tail.begin(), tail.end(), [](std::int64_t extent) { return extent != 1; });
  const std::ptrdiff_t rank = tail.end() - begin;
  return rank <= shape.end() - shape.begin() && std::equal(begin, tail.end(), shape.end() - rank);
}

}  // namespace detail

/// x + scale · y. A y whose shape is the tail of x's (leading ones aside) is repeated over the leading axes.
/// Move x in to have it overwritten instead of copied.
/// @throws ShapeError  if y's shape is not a tail of x's.
template <class B>
Tensor<B> add_scaled(Tensor<B> x, const Tensor<B>& y, std::type_identity_t<typename B::value> scale) {
  VPR_REQUIRE(ShapeError, detail::is_tail(y.shape(), x.shape()), "add: got x ", x.shape(), " and y ", y.shape(),
              ", want y to be x's shape or its tail");
  if (!x.empty()) B::add_scaled(x, y, scale, x);
  return x;
}

/// x + y; see `add_scaled`.
template <class B>
Tensor<B> add(Tensor<B> x, const Tensor<B>& y) {
  return add_scaled(std::move(x), y, 1);
}

/// x ∘ y, element by element. A y whose shape is the tail of x's (leading ones aside) is repeated over the leading axes.
/// Move x in to have it overwritten instead of copied.
/// @throws ShapeError  if y's shape is not a tail of x's.
template <class B>
Tensor<B> multiply(Tensor<B> x, const Tensor<B>& y) {
  VPR_REQUIRE(ShapeError, detail::is_tail(y.shape(), x.shape()), "multiply: got x ", x.shape(), " and y ", y.shape(),
              ", want y to be x's shape or its tail");
  if (!x.empty()) B::multiply(x, y, x);
  return x;
}

/// x / y, element by element. Move x in to have it overwritten instead of copied.
/// @throws ShapeError  if their shapes differ.
template <class B>
Tensor<B> divide(Tensor<B> x, const Tensor<B>& y) {
  VPR_REQUIRE(ShapeError, x.shape() == y.shape(), "divide: got x ", x.shape(), " and y ", y.shape());
  B::divide(x, y, x);
  return x;
}

/// x + gamma ∘ y, gamma `C` scaling the channels of y: a residual with layer scale (Touvron et al. 2021, eq. 3).
/// Move x in to have it overwritten instead of copied.
/// @throws ShapeError  if x and y differ in shape or gamma has not one element a channel.
template <class B>
Tensor<B> add_gated(Tensor<B> x, const Tensor<B>& y, const Tensor<B>& gamma) {
  VPR_REQUIRE(ShapeError, x.shape() == y.shape() && gamma.elements() == x.shape().last(), "add_gated: got x ", x.shape(), ", y ", y.shape(),
              " and gamma ", gamma.shape());
  B::add_gated(x, y, gamma, x);
  return x;
}

}  // namespace vpr
