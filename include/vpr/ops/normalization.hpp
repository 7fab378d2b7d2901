// SPDX-License-Identifier: MIT
/// @file
/// Normalisations of rows, a row being the last axis. Move the tensor in to have it overwritten instead of copied.
#pragma once

#include <vpr/core/tensor.hpp>

#include <type_traits>

namespace vpr {

/// Each row minus its mean over its standard deviation, times gamma `C` plus beta `C` (Ba et al. 2016). `eps` is added to
/// the variance.
/// @throws ShapeError  if gamma or beta have not one element a column.
template <class B>
Tensor<B> layer_norm(Tensor<B> x, const Tensor<B>& gamma, const Tensor<B>& beta, std::type_identity_t<typename B::value> eps) {
  require<ShapeError>(gamma.elements() == x.shape().last() && beta.elements() == x.shape().last(),
                      "layer_norm: got x ", x.shape(), ", gamma ", gamma.shape(), " and beta ", beta.shape());
  if (!x.empty()) B::layer_norm(x, gamma, beta, eps, x);
  return x;
}

/// Each row over max(its Euclidean norm, eps), so a zero row stays zero. As `torch.nn.functional.normalize`.
template <class B>
Tensor<B> l2_normalize(Tensor<B> x, std::type_identity_t<typename B::value> eps = typename B::value(1e-12)) {
  B::l2_normalize(x, eps, x);
  return x;
}

/// Each row as exp(x) over its sum.
template <class B>
Tensor<B> softmax(Tensor<B> x) {
  if (!x.empty()) B::softmax(x, x);
  return x;
}

}  // namespace vpr
