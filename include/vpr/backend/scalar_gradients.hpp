// SPDX-License-Identifier: MIT
/// @file
/// The kernels that gradients need beyond those of inference, written once and plainly.
#pragma once

#include <vpr/backend/kernel.hpp>
#include <vpr/core/tensor.hpp>

#include <cmath>
#include <cstdint>

namespace vpr {

/// Kernels of the gradients, in the manner of `ScalarKernels`. `dy` is the gradient of the op's result.
template <class Executor>
struct ScalarGradients {
  /// out[c] = Σ_r x[r, c], or Σ_r x[r, c] · y[r, c] with a y that is not empty.
  template <class X>
  static void column_sums(const X& x, const X& y, X& out) {
    using T = typename X::value_type;
    const std::int64_t columns = out.elements(), rows = x.elements() / columns;
    const T *a = x.data(), *b = y.empty() ? nullptr : y.data();
    T* result = out.data();
    Executor::for_each(columns, [=] VPR_HD(std::int64_t c) {
      T sum = 0;
      for (std::int64_t r = 0; r < rows; ++r) sum += b == nullptr ? a[r * columns + c] : a[r * columns + c] * b[r * columns + c];
      result[c] = sum;
    });
  }

  /// dx = dy · gelu'(x).
  template <class X>
  static void gelu_gradient(const X& x, const X& dy, X& dx) {
    const auto *input = x.data(), *slope = dy.data();
    auto* result = dx.data();
    Executor::for_each(x.elements(), [=] VPR_HD(std::int64_t i) { result[i] = slope[i] * detail::gelu_slope(input[i]); });
  }

  /// dx = dy · quick_gelu'(x).
  template <class X>
  static void quick_gelu_gradient(const X& x, const X& dy, X& dx) {
    using T = typename X::value_type;
    const T *input = x.data(), *slope = dy.data();
    T* result = dx.data();
    Executor::for_each(x.elements(), [=] VPR_HD(std::int64_t i) {
      const T sigmoid = T(1) / (T(1) + std::exp(T(-1.702) * input[i]));
      result[i] = slope[i] * sigmoid * (T(1) + T(1.702) * input[i] * (T(1) - sigmoid));
    });
  }

  /// The gradients of `gem` by x and by its power. Where x < eps the clamp passes nothing; at eps it passes all, as PyTorch's.
  template <class X>
  static void gem_gradient(const X& x, const X& p, typename X::value_type eps, const X& y, const X& dy, X& dx, X& dp) {
    using T = typename X::value_type;
    const T *input = x.data(), *power = p.data(), *value = y.data(), *slope = dy.data();
    const std::int64_t count = x.shape()[1], channels = x.shape()[2], results = y.elements();
    T *result = dx.data(), *power_slope = dp.data();
    Executor::for_each(x.elements(), [=] VPR_HD(std::int64_t i) {
      const std::int64_t o = i / channels / count * channels + i % channels;
      result[i] = input[i] < eps ? T(0) : slope[o] * std::pow(input[i] / value[o], power[0] - T(1)) / T(count);
    });
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

  /// The gradient of `l2_normalize`, y being its result: (dy - y (y · dy)) / ‖x‖, or dy / eps where ‖x‖ is below eps.
  template <class X>
  static void l2_normalize_gradient(const X& x, typename X::value_type eps, const X& y, const X& dy, X& dx) {
    using T = typename X::value_type;
    const T *input = x.data(), *value = y.data(), *slope = dy.data();
    T* result = dx.data();
    const std::int64_t columns = x.shape().last();
    Executor::for_each(x.shape().rows(), [=] VPR_HD(std::int64_t r) {
      T squares = 0, product = 0;
      for (std::int64_t i = r * columns; i < (r + 1) * columns; ++i) {
        squares += input[i] * input[i];
        product += value[i] * slope[i];
      }
      const T norm = std::sqrt(squares);
      const bool below = norm < eps;
      for (std::int64_t i = r * columns; i < (r + 1) * columns; ++i) {
        result[i] = below ? slope[i] / eps : (slope[i] - value[i] * product) / norm;
      }
    });
  }
};

}  // namespace vpr
