// SPDX-License-Identifier: MIT
/// @file
/// Gradients of functions of single elements.
#pragma once

#include <vpr/backend/kernel.hpp>
#include <vpr/core/tensor.hpp>

#include <cmath>
#include <cstdint>

namespace vpr {

/// See `ScalarGradients`.
template <class Executor>
struct ActivationGradients {
  /// dx = dy where y, the result of `relu`, is above 0, and 0 elsewhere. `dx` may be `dy`.
  template <class X>
  static void relu_gradient(const X& y, const X& dy, X& dx) {
    using T = typename X::value_type;
    const T *value = y.data(), *slope = dy.data();
    T* result = dx.data();
    Executor::for_each(y.elements(), [=] VPR_HD(std::int64_t i) { result[i] = value[i] <= T(0) ? T(0) : slope[i]; });
  }

  /// dx = dy · gelu'(x). `dx` may be `dy`.
  template <class X>
  static void gelu_gradient(const X& x, const X& dy, X& dx) {
    const auto *input = x.data(), *slope = dy.data();
    auto* result = dx.data();
    Executor::for_each(x.elements(), [=] VPR_HD(std::int64_t i) { result[i] = slope[i] * detail::gelu_slope(input[i]); });
  }

  /// dx = dy · quick_gelu'(x). `dx` may be `dy`.
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

  /// The gradient of `silu_gate` by x = [a, b]: [dy · b · silu'(a), dy · silu(a)].
  template <class X>
  static void silu_gate_gradient(const X& x, const X& dy, X& dx) {
    using T = typename X::value_type;
    const T *input = x.data(), *slope = dy.data();
    T* result = dx.data();
    const std::int64_t columns = dy.shape().last();
    Executor::for_each(dy.elements(), [=] VPR_HD(std::int64_t i) {
      const std::int64_t at = i / columns * 2 * columns + i % columns;
      const T a = input[at], sigmoid = T(1) / (T(1) + std::exp(-a));
      result[at] = slope[i] * input[at + columns] * sigmoid * (T(1) + a * (T(1) - sigmoid));
      result[at + columns] = slope[i] * a * sigmoid;
    });
  }
};

}  // namespace vpr
