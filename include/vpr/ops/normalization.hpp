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
  VPR_REQUIRE(ShapeError, gamma.elements() == x.shape().last() && beta.elements() == x.shape().last(), "layer_norm: got x ", x.shape(),
              ", gamma ", gamma.shape(), " and beta ", beta.shape());
  if (!x.empty()) B::layer_norm(x, gamma, beta, eps, x);
  return x;
}

/// Each channel, the last axis, minus its mean over its standard deviation, times weight plus bias, all `C`: batch normalisation
/// with the statistics of training (Ioffe and Szegedy 2015). `eps` is added to the variance.
/// @throws ShapeError  if the vectors have not one element a channel.
template <class B>
Tensor<B> batch_norm(Tensor<B> x, const Tensor<B>& weight, const Tensor<B>& bias, const Tensor<B>& mean, const Tensor<B>& variance,
                     std::type_identity_t<typename B::value> eps) {
  const std::int64_t channels = x.shape().last();
  VPR_REQUIRE(
      ShapeError,
      weight.elements() == channels && bias.elements() == channels && mean.elements() == channels && variance.elements() == channels,
      "batch_norm: got x ", x.shape(), ", weight ", weight.shape(), ", bias ", bias.shape(), ", mean ", mean.shape(), " and variance ",
      variance.shape());
  B::batch_norm(x, weight, bias, mean, variance, eps, x);
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
