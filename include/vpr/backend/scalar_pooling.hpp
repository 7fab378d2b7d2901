// SPDX-License-Identifier: MIT
/// @file
/// The poolings of tokens in their scalar form, and their gradients.
#pragma once

#include <vpr/backend/kernel.hpp>
#include <vpr/core/tensor.hpp>

#include <cmath>
#include <cstdint>

namespace vpr {

/// See `ScalarKernels`.
template <class Executor>
struct ScalarPooling {
  /// out[b, c] = (mean_n max(x[b, n, c], eps)^p)^(1/p), p being a learned tensor of one element. The powers are taken of
  /// ratios to the largest, so that none under- or overflows.
  template <class X>
  static void gem(const X& x, const X& p, typename X::value_type eps, X& out) {
    using T = typename X::value_type;
    const T *input = x.data(), *power = p.data();
    T* result = out.data();
    const std::int64_t count = x.shape()[1], channels = x.shape()[2];
    Executor::for_each(out.elements(), [=] VPR_HD(std::int64_t i) {
      const T* column = input + i / channels * count * channels + i % channels;
      T largest = eps, sum = 0;
      for (std::int64_t n = 0; n < count; ++n) largest = detail::clamped(column[n * channels], largest);
      for (std::int64_t n = 0; n < count; ++n) sum += std::pow(detail::clamped(column[n * channels], eps) / largest, power[0]);
      result[i] = largest * std::pow(sum / T(count), T(1) / power[0]);
    });
  }

  /// out[b, c] = mean_n x[b, n, c].
  template <class X>
  static void mean(const X& x, X& out) {
    using T = typename X::value_type;
    const T* input = x.data();
    T* result = out.data();
    const std::int64_t count = x.shape()[1], channels = x.shape()[2];
    Executor::for_each(out.elements(), [=] VPR_HD(std::int64_t i) {
      const T* column = input + i / channels * count * channels + i % channels;
      T sum = 0;
      for (std::int64_t n = 0; n < count; ++n) sum += column[n * channels];
      result[i] = sum / T(count);
    });
  }

  /// Each row as 1 at its largest element, the first of equals, and 0 elsewhere.
  template <class X>
  static void one_hot(const X& x, X& out) {
    using T = typename X::value_type;
    const T* input = x.data();
    T* result = out.data();
    const std::int64_t columns = x.shape().last();
    Executor::for_each(x.shape().rows(), [=] VPR_HD(std::int64_t r) {
      const T* row = input + r * columns;
      std::int64_t best = 0;
      for (std::int64_t c = 1; c < columns; ++c) best = row[c] > row[best] ? c : best;
      for (std::int64_t c = 0; c < columns; ++c) result[r * columns + c] = T(c == best);
    });
  }

  /// VLAD's sums of residuals: out[b, k, c] = Σ_n assignment[b, n, k] · (x[b, n, c] - centres[k, c]) (Jégou et al. 2010).
  template <class X>
  static void residual_sums(const X& x, const X& assignment, const X& centres, X& out) {
    using T = typename X::value_type;
    const T *input = x.data(), *assigned = assignment.data(), *centre = centres.data();
    T* result = out.data();
    const std::int64_t count = x.shape()[1], channels = x.shape()[2], clusters = centres.shape()[0];
    Executor::for_each(out.elements(), [=] VPR_HD(std::int64_t i) {
      const std::int64_t c = i % channels, k = i / channels % clusters, b = i / channels / clusters;
      T sum = 0;
      for (std::int64_t n = 0; n < count; ++n) {
        const T share = assigned[(b * count + n) * clusters + k];
        if (share != T(0)) sum += share * (input[(b * count + n) * channels + c] - centre[k * channels + c]);
      }
      result[i] = sum;
    });
  }
};

/// See `ScalarGradients`.
template <class Executor>
struct PoolingGradients {
  /// The gradient of `gem` by x, y being its result. Where x < eps the clamp passes nothing; at eps it passes all, as PyTorch's.
  template <class X>
  static void gem_gradient(const X& x, const X& p, typename X::value_type eps, const X& y, const X& dy, X& dx) {
    using T = typename X::value_type;
    const T *input = x.data(), *power = p.data(), *value = y.data(), *upstream = dy.data();
    T* result = dx.data();
    const std::int64_t count = x.shape()[1], channels = x.shape()[2];
    Executor::for_each(x.elements(), [=] VPR_HD(std::int64_t i) {
      const std::int64_t o = i / channels / count * channels + i % channels;
      result[i] = input[i] < eps ? T(0) : upstream[o] * std::pow(input[i] / value[o], power[0] - T(1)) / T(count);
    });
  }

  /// The gradient of `gem` by its power.
  template <class X>
  static void gem_power_gradient(const X& x, const X& p, typename X::value_type eps, const X& y, const X& dy, X& dp) {
    using T = typename X::value_type;
    const T *input = x.data(), *power = p.data(), *value = y.data(), *upstream = dy.data();
    const std::int64_t count = x.shape()[1], channels = x.shape()[2], results = y.elements();
    T* exponent_gradient = dp.data();
    X terms(y.shape());
    T* term = terms.data();
    Executor::for_each(results, [=] VPR_HD(std::int64_t o) {
      const T* column = input + o / channels * count * channels + o % channels;
      T sum = 0;
      for (std::int64_t n = 0; n < count; ++n) {
        const T ratio = detail::clamped(column[n * channels], eps) / value[o];
        sum += std::pow(ratio, power[0]) * std::log(ratio);
      }
      term[o] = upstream[o] * value[o] * sum / (T(count) * power[0]);
    });
    Executor::for_each(1, [=] VPR_HD(std::int64_t) {
      T sum = 0;
      for (std::int64_t o = 0; o < results; ++o) sum += term[o];
      exponent_gradient[0] = sum;
    });
  }

  /// The gradient of `mean`: dx[b, n, c] = dy[b, c] / N.
  template <class X>
  static void mean_gradient(const X& dy, X& dx) {
    using T = typename X::value_type;
    const T* upstream = dy.data();
    T* result = dx.data();
    const std::int64_t count = dx.shape()[1], channels = dx.shape()[2];
    Executor::for_each(dx.elements(),
                       [=] VPR_HD(std::int64_t i) { result[i] = upstream[i / channels / count * channels + i % channels] / T(count); });
  }

  /// The gradient of `residual_sums` by the tokens: dx[b, n, c] = Σ_k assignment[b, n, k] · dy[b, k, c].
  template <class X>
  static void residual_sums_gradient(const X& assignment, const X& dy, X& dx) {
    using T = typename X::value_type;
    const T *assigned = assignment.data(), *upstream = dy.data();
    T* result = dx.data();
    const std::int64_t count = dx.shape()[1], channels = dx.shape()[2], clusters = dy.shape()[1];
    Executor::for_each(dx.elements(), [=] VPR_HD(std::int64_t i) {
      const std::int64_t c = i % channels, token = i / channels, b = token / count;
      T sum = 0;
      for (std::int64_t k = 0; k < clusters; ++k) sum += assigned[token * clusters + k] * upstream[(b * clusters + k) * channels + c];
      result[i] = sum;
    });
  }

  /// The gradient of `residual_sums` by the assignment: Σ_c dy[b, k, c] · (x[b, n, c] - centres[k, c]).
  template <class X>
  static void residual_shares_gradient(const X& x, const X& centres, const X& dy, X& dassignment) {
    using T = typename X::value_type;
    const T *input = x.data(), *centre = centres.data(), *upstream = dy.data();
    T* result = dassignment.data();
    const std::int64_t count = x.shape()[1], channels = x.shape()[2], clusters = dy.shape()[1];
    Executor::for_each(dassignment.elements(), [=] VPR_HD(std::int64_t i) {
      const std::int64_t k = i % clusters, token = i / clusters, b = token / count;
      T sum = 0;
      for (std::int64_t c = 0; c < channels; ++c) {
        sum += upstream[(b * clusters + k) * channels + c] * (input[token * channels + c] - centre[k * channels + c]);
      }
      result[i] = sum;
    });
  }

  /// The gradient of `residual_sums` by the centres: -Σ_b dy[b, k, c] Σ_n assignment[b, n, k].
  template <class X>
  static void residual_centres_gradient(const X& assignment, const X& dy, X& dcentres) {
    using T = typename X::value_type;
    const T *assigned = assignment.data(), *upstream = dy.data();
    T* result = dcentres.data();
    const std::int64_t batch = dy.shape()[0], count = assignment.shape()[1], channels = dy.shape()[2], clusters = dy.shape()[1];
    Executor::for_each(dcentres.elements(), [=] VPR_HD(std::int64_t i) {
      const std::int64_t k = i / channels;
      T sum = 0;
      for (std::int64_t b = 0; b < batch; ++b) {
        T shares = 0;
        for (std::int64_t n = 0; n < count; ++n) shares += assigned[(b * count + n) * clusters + k];
        sum -= shares * upstream[b * clusters * channels + i];
      }
      result[i] = sum;
    });
  }
};

/// The kernels of this group that `Backend` asks for.
template <class B>
concept HasPoolingKernels = requires(const Tensor<B> x, Tensor<B> out, typename B::value number) {
  B::gem(x, x, number, out);
  B::mean(x, out);
  B::one_hot(x, out);
  B::residual_sums(x, x, x, out);
};

/// And those that `DifferentiableBackend` asks for.
template <class B>
concept HasPoolingGradients = requires(const Tensor<B> x, Tensor<B> out, typename B::value number) {
  B::gem_gradient(x, x, number, x, x, out);
  B::gem_power_gradient(x, x, number, x, x, out);
  B::mean_gradient(x, out);
  B::residual_sums_gradient(x, x, out);
  B::residual_shares_gradient(x, x, x, out);
  B::residual_centres_gradient(x, x, out);
};

}  // namespace vpr
