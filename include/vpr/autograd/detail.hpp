// SPDX-License-Identifier: MIT
/// @file
/// What the gradients of several ops share.
#pragma once

#include <vpr/autograd/var.hpp>
#include <vpr/ops/arithmetic.hpp>

namespace vpr::detail {

/// x as a matrix of its rows.
template <class B>
Tensor<B> rows_of(const Tensor<B>& x) {
  return x.reshaped(Shape{x.shape().rows(), x.shape().last()});
}

template <class B>
Tensor<B> matmul(const Tensor<B>& a, bool transpose_a, const Tensor<B>& b, bool transpose_b) {
  Tensor<B> out(Shape{a.shape()[transpose_a ? 1 : 0], b.shape()[transpose_b ? 0 : 1]});
  B::matmul(a, transpose_a, b, transpose_b, out);
  return out;
}

/// dy summed over the leading axes that a tensor of `shape` was repeated over.
template <class B>
Tensor<B> summed_to(const Shape& shape, const Tensor<B>& dy, const Tensor<B>& factor = {}) {
  Tensor<B> out(shape);
  if (!out.empty()) B::column_sums(dy, factor, out);
  return out;
}

template <class B>
Tensor<B> scaled(const Tensor<B>& x, typename B::value scale) {
  return add_scaled(Tensor<B>::zeros(x.shape()), x, scale);
}

}  // namespace vpr::detail
