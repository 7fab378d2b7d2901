// SPDX-License-Identifier: MIT
/// @file
/// Gradients of the poolings of tokens.
#pragma once

#include <vpr/backend/kernel.hpp>
#include <vpr/core/tensor.hpp>

#include <cmath>
#include <cstdint>

namespace vpr {

/// See `ScalarGradients`.
template <class Executor>
struct PoolingGradients {
  /// The gradient of `gem` by x, y being its result. Where x < eps the clamp passes nothing; at eps it passes all, as PyTorch's.
  template <class X>
  static void gem_gradient(const X& x, const X& p, typename X::value_type eps, const X& y, const X& dy, X& dx) {
    using T = typename X::value_type;
    const T *input = x.data(), *power = p.data(), *value = y.data(), *slope = dy.data();
    T* result = dx.data();
    const std::int64_t count = x.shape()[1], channels = x.shape()[2];
    Executor::for_each(x.elements(), [=] VPR_HD(std::int64_t i) {
      const std::int64_t o = i / channels / count * channels + i % channels;
      result[i] = input[i] < eps ? T(0) : slope[o] * std::pow(input[i] / value[o], power[0] - T(1)) / T(count);
    });
  }

  /// The gradient of `gem` by its power.
  template <class X>
  static void gem_power_gradient(const X& x, const X& p, typename X::value_type eps, const X& y, const X& dy, X& dp) {
    using T = typename X::value_type;
    const T *input = x.data(), *power = p.data(), *value = y.data(), *slope = dy.data();
    const std::int64_t count = x.shape()[1], channels = x.shape()[2], results = y.elements();
    T* power_slope = dp.data();
    X terms(y.shape());
    T* term = terms.data();
    Executor::for_each(results, [=] VPR_HD(std::int64_t o) {
      const T* column = input + o / channels * count * channels + o % channels;
      T sum = 0;
      for (std::int64_t n = 0; n < count; ++n) {
        const T ratio = detail::clamped(column[n * channels], eps) / value[o];
        sum += std::pow(ratio, power[0]) * std::log(ratio);
      }
      term[o] = slope[o] * value[o] * sum / (T(count) * power[0]);
    });
    Executor::for_each(1, [=] VPR_HD(std::int64_t) {
      T sum = 0;
      for (std::int64_t o = 0; o < results; ++o) sum += term[o];
      power_slope[0] = sum;
    });
  }

  /// The gradient of `mean`: dx[b, n, c] = dy[b, c] / N.
  template <class X>
  static void mean_gradient(const X& dy, X& dx) {
    using T = typename X::value_type;
    const T* slope = dy.data();
    T* result = dx.data();
    const std::int64_t count = dx.shape()[1], channels = dx.shape()[2];
    Executor::for_each(dx.elements(),
                       [=] VPR_HD(std::int64_t i) { result[i] = slope[i / channels / count * channels + i % channels] / T(count); });
  }

  /// The gradient of `residual_sums` by the tokens: dx[b, n, c] = Σ_k assignment[b, n, k] · dy[b, k, c].
  template <class X>
  static void residual_sums_gradient(const X& assignment, const X& dy, X& dx) {
    using T = typename X::value_type;
    const T *assigned = assignment.data(), *slope = dy.data();
    T* result = dx.data();
    const std::int64_t count = dx.shape()[1], channels = dx.shape()[2], clusters = dy.shape()[1];
    Executor::for_each(dx.elements(), [=] VPR_HD(std::int64_t i) {
      const std::int64_t c = i % channels, token = i / channels, b = token / count;
      T sum = 0;
      for (std::int64_t k = 0; k < clusters; ++k) sum += assigned[token * clusters + k] * slope[(b * clusters + k) * channels + c];
      result[i] = sum;
    });
  }

  /// The gradient of `residual_sums` by the assignment: Σ_c dy[b, k, c] · (x[b, n, c] - centres[k, c]).
  template <class X>
  static void residual_shares_gradient(const X& x, const X& centres, const X& dy, X& dassignment) {
    using T = typename X::value_type;
    const T *input = x.data(), *centre = centres.data(), *slope = dy.data();
    T* result = dassignment.data();
    const std::int64_t count = x.shape()[1], channels = x.shape()[2], clusters = dy.shape()[1];
    Executor::for_each(dassignment.elements(), [=] VPR_HD(std::int64_t i) {
      const std::int64_t k = i % clusters, token = i / clusters, b = token / count;
      T sum = 0;
      for (std::int64_t c = 0; c < channels; ++c) {
        sum += slope[(b * clusters + k) * channels + c] * (input[token * channels + c] - centre[k * channels + c]);
      }
      result[i] = sum;
    });
  }

  /// The gradient of `residual_sums` by the centres: -Σ_b dy[b, k, c] Σ_n assignment[b, n, k].
  template <class X>
  static void residual_centres_gradient(const X& assignment, const X& dy, X& dcentres) {
    using T = typename X::value_type;
    const T *assigned = assignment.data(), *slope = dy.data();
    T* result = dcentres.data();
    const std::int64_t batch = dy.shape()[0], count = assignment.shape()[1], channels = dy.shape()[2], clusters = dy.shape()[1];
    Executor::for_each(dcentres.elements(), [=] VPR_HD(std::int64_t i) {
      const std::int64_t k = i / channels;
      T sum = 0;
      for (std::int64_t b = 0; b < batch; ++b) {
        T shares = 0;
        for (std::int64_t n = 0; n < count; ++n) shares += assigned[(b * count + n) * clusters + k];
        sum -= shares * slope[b * clusters * channels + i];
      }
      result[i] = sum;
    });
  }
};

}  // namespace vpr
