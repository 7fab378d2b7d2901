// SPDX-License-Identifier: MIT
/// @file
/// Products with a learned matrix.
#pragma once

#include <vpr/backend/kernel.hpp>
#include <vpr/core/tensor.hpp>

#include <type_traits>

namespace vpr {
namespace detail {

template <class B>
Tensor<B> linear(const Tensor<B>& x, const typename B::weight& weight, const Tensor<B>& bias, Activation activation) {
  const Shape& matrix = weight.shape();
  VPR_REQUIRE(ShapeError, x.shape().rank() >= 1 && matrix.rank() >= 2 && matrix.elements() == matrix[0] * x.shape().last(),
              "linear: got x ", x.shape(), " and weight ", matrix, ", want a weight [outputs, ", x.shape().last(), "]");
  VPR_REQUIRE(ShapeError, bias.empty() || bias.elements() == matrix[0], "linear: got bias ", bias.shape(), ", want [", matrix[0], "]");
  Tensor<B> out(x.shape().with(x.shape().rank() - 1, matrix[0]));
  B::linear(x, weight, bias, activation, out);
  return out;
}

}  // namespace detail

/// x Wᵀ + b over the last axis: `…×I` by weight `O×I` and bias `O` (or empty: none) gives `…×O`. A weight of more axes, such
/// as a convolution's, counts as `O×` the rest.
/// @throws ShapeError  if the extents do not fit.
template <class B>
Tensor<B> linear(const Tensor<B>& x, const std::type_identity_t<typename B::weight>& weight, const Tensor<B>& bias) {
  return detail::linear(x, weight, bias, Activation::none);
}

/// gelu(linear(x, weight, bias)), the activation being applied while the result is in the cache.
template <class B>
Tensor<B> linear_gelu(const Tensor<B>& x, const std::type_identity_t<typename B::weight>& weight, const Tensor<B>& bias) {
  return detail::linear(x, weight, bias, Activation::gelu);
}

/// relu(linear(x, weight, bias)), the activation being applied while the result is in the cache.
template <class B>
Tensor<B> linear_relu(const Tensor<B>& x, const std::type_identity_t<typename B::weight>& weight, const Tensor<B>& bias) {
  return detail::linear(x, weight, bias, Activation::relu);
}

}  // namespace vpr
