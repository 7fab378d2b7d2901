// SPDX-License-Identifier: MIT
/// @file
/// What losses compare descriptors with: lengths, distances, smooth maxima. A row is the last axis.
#pragma once

#include <vpr/core/tensor.hpp>

namespace vpr {
namespace detail {

/// x's shape without its last axis.
inline Shape without_last(const Shape& shape) { return Shape(std::span(shape.begin(), shape.rank() - 1)); }

}  // namespace detail

/// The Euclidean length of each row: `…×C` gives `…`. Its gradient at a row of zeros is zero, as PyTorch's.
/// @throws ShapeError  if x has no axis.
template <class B>
Tensor<B> norms(const Tensor<B>& x) {
  VPR_REQUIRE(ShapeError, x.shape().rank() >= 1, "norms: got x ", x.shape(), ", want an axis at least");
  Tensor<B> out(detail::without_last(x.shape()));
  B::norms(x, out);
  return out;
}

/// The Euclidean distances of all rows of a, `N×C`, from all rows of b, `M×C`: `N×M`. Computed from the differences, so those of
/// near neighbours keep their digits. The gradient of a distance of zero is zero, as PyTorch's.
/// @throws ShapeError  unless both are matrices of as many columns.
template <class B>
Tensor<B> distances(const Tensor<B>& a, const Tensor<B>& b) {
  VPR_REQUIRE(ShapeError, a.shape().rank() == 2 && b.shape().rank() == 2 && a.shape()[1] == b.shape()[1], "distances: got a ", a.shape(),
              " and b ", b.shape(), ", want matrices of as many columns");
  Tensor<B> out(Shape{a.shape()[0], b.shape()[0]});
  B::distances(a, b, out);
  return out;
}

/// The logarithm of the sum of exp(x) over those elements of each row whose `mask` is above 0: `…×C` gives `…`. With `and_zero` a 1
/// is added to the sum. A row with nothing to sum gives 0. The largest is taken out first, so that nothing overflows.
/// @throws ShapeError  if the shapes differ or have no axis.
template <class B>
Tensor<B> log_sum_exp(const Tensor<B>& x, const Tensor<B>& mask, bool and_zero = false) {
  VPR_REQUIRE(ShapeError, x.shape().rank() >= 1 && x.shape() == mask.shape(), "log_sum_exp: got x ", x.shape(), " and mask ", mask.shape());
  Tensor<B> out(detail::without_last(x.shape()));
  B::log_sum_exp(x, mask, and_zero, out);
  return out;
}

}  // namespace vpr
