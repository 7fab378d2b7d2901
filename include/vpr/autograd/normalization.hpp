// SPDX-License-Identifier: MIT
/// @file
/// Normalisations of rows, recorded.
#pragma once

#include <vpr/autograd/detail.hpp>
#include <vpr/ops/normalization.hpp>

#include <type_traits>
#include <utility>

namespace vpr {

template <class B>
Var<B> layer_norm(Var<B> x, const Var<B>& gamma, const Var<B>& beta, std::type_identity_t<typename B::value> eps) {
  if (!Var<B>::records({x, gamma, beta})) return Var<B>(layer_norm(x.take(), gamma.value(), beta.value(), eps));
  return Var<B>::record(layer_norm(x.value(), gamma.value(), beta.value(), eps), {x, gamma, beta},
                        [x, gamma, beta, eps](const Tensor<B>& dy) {
                          x.accumulate([&] {
                            Tensor<B> dx(x.shape());
                            if (!dx.empty()) B::layer_norm_gradient(x.value(), gamma.value(), eps, dy, dx);
                            return dx;
                          });
                          gamma.accumulate([&] {
                            const Tensor<B> ones = Tensor<B>::full(gamma.shape(), 1), zeros = Tensor<B>::zeros(gamma.shape());
                            return detail::summed_to(gamma.shape(), dy, layer_norm(x.value(), ones, zeros, eps));
                          });
                          beta.accumulate([&] { return detail::summed_to(beta.shape(), dy); });
                        });
}

template <class B>
Var<B> l2_normalize(const Var<B>& x, std::type_identity_t<typename B::value> eps = typename B::value(1e-12)) {
  return Var<B>::record(l2_normalize(x.value(), eps), {x}, [x, eps](const Tensor<B>& dy, const Tensor<B>& y) {
    x.accumulate([&] {
      Tensor<B> dx(x.shape());
      B::l2_normalize_gradient(x.value(), eps, y, dy, dx);
      return dx;
    });
  });
}

template <class B>
Var<B> softmax(Var<B> x) {
  Tensor<B> y = softmax(x.take());
  return Var<B>::record(std::move(y), {x}, [x](Tensor<B> dy, const Tensor<B>& value) {
    if (!dy.empty()) B::softmax_gradient(value, dy, dy);
    x.accumulate([&] { return std::move(dy); });
  });
}

namespace detail {

template <class B>
Var<B> batch_norm(const Var<B>& x, const Var<B>& weight, const Var<B>& bias, const Tensor<B>& mean, const Tensor<B>& variance,
                  typename B::value eps, bool of_batch) {
  return Var<B>::record(batch_norm(x.value(), weight.value(), bias.value(), mean, variance, eps), {x, weight, bias},
                        [=](const Tensor<B>& dy) {
                          Tensor<B> dx(x.shape()), dweight(weight.shape());
                          B::batch_norm_gradient(x.value(), weight.value(), mean, variance, eps, dy, of_batch, dx, dweight);
                          x.accumulate([&] { return std::move(dx); });
                          weight.accumulate([&] { return std::move(dweight); });
                          bias.accumulate([&] { return summed_to(bias.shape(), dy); });
                        });
}

}  // namespace detail

/// The mean and the variance are statistics: no gradient passes through them.
template <class B>
Var<B> batch_norm(const Var<B>& x, const Var<B>& weight, const Var<B>& bias, const Var<B>& mean, const Var<B>& variance,
                  std::type_identity_t<typename B::value> eps) {
  return detail::batch_norm(x, weight, bias, mean.value(), variance.value(), eps, false);
}

/// Mean and population variance of each channel.
template <class B>
struct ChannelMoments {
  Tensor<B> mean;
  Tensor<B> variance;
};

template <class B>
ChannelMoments<B> channel_moments(const Tensor<B>& x) {
  ChannelMoments<B> moments{Tensor<B>(Shape{x.shape().last()}), Tensor<B>(Shape{x.shape().last()})};
  B::channel_moments(x, moments.mean, moments.variance);
  return moments;
}

/// `batch_norm` by x's own moments, which pass gradients: what training does.
template <class B>
Var<B> batch_norm(const Var<B>& x, const Var<B>& weight, const Var<B>& bias, const ChannelMoments<B>& moments_of_x,
                  std::type_identity_t<typename B::value> eps) {
  return detail::batch_norm(x, weight, bias, moments_of_x.mean, moments_of_x.variance, eps, true);
}

}  // namespace vpr
