// SPDX-License-Identifier: MIT
/// @file
/// The kernels of single elements in their scalar form.
#pragma once

#include <vpr/backend/kernel.hpp>
#include <vpr/core/tensor.hpp>

#include <cmath>
#include <cstdint>

namespace vpr {

/// See `ScalarKernels`.
template <class Executor>
struct ScalarElementwise {
  template <class X>
  static void gelu(const X& x, X& out) {
    const auto* input = x.data();
    auto* result = out.data();
    Executor::for_each(out.elements(), [=] VPR_HD(std::int64_t i) { result[i] = detail::gelu_value(input[i]); });
  }

  /// x · sigmoid(1.702 x), an approximation of the GELU (Hendrycks and Gimpel 2016).
  template <class X>
  static void quick_gelu(const X& x, X& out) {
    using T = typename X::value_type;
    const T* input = x.data();
    T* result = out.data();
    Executor::for_each(out.elements(), [=] VPR_HD(std::int64_t i) { result[i] = detail::quick_gelu_value(input[i]); });
  }

  template <class X>
  static void exp(const X& x, X& out) {
    const auto* input = x.data();
    auto* result = out.data();
    Executor::for_each(out.elements(), [=] VPR_HD(std::int64_t i) { result[i] = std::exp(input[i]); });
  }

  template <class X>
  static void relu(const X& x, X& out) {
    const auto* input = x.data();
    auto* result = out.data();
    Executor::for_each(out.elements(), [=] VPR_HD(std::int64_t i) { result[i] = detail::activate(Activation::relu, input[i]); });
  }

  template <class X>
  static void relu6(const X& x, X& out) {
    const auto* input = x.data();
    auto* result = out.data();
    Executor::for_each(out.elements(), [=] VPR_HD(std::int64_t i) { result[i] = detail::activate(Activation::relu6, input[i]); });
  }

  /// 1 where x is not below 0, -1 where it is; NaN stays.
  template <class X>
  static void sign(const X& x, X& out) {
    using T = typename X::value_type;
    const T* input = x.data();
    T* result = out.data();
    Executor::for_each(out.elements(), [=] VPR_HD(std::int64_t i) {
      result[i] = input[i] < T(0) ? T(-1) : input[i] >= T(0) ? T(1) : input[i];
    });
  }

  /// out[r, c] = silu(x[r, c]) · x[r, C + c], x having 2C columns (the gate of SwiGLU: Shazeer 2020).
  template <class X>
  static void silu_gate(const X& x, X& out) {
    using T = typename X::value_type;
    const T* input = x.data();
    T* result = out.data();
    const std::int64_t columns = out.shape().last();
    Executor::for_each(out.elements(), [=] VPR_HD(std::int64_t i) {
      const T* row = input + i / columns * 2 * columns + i % columns;
      result[i] = row[0] / (T(1) + std::exp(-row[0])) * row[columns];
    });
  }

  /// out[i] = x[i] · y[i mod |y|]: y repeats over the leading axes of x.
  template <class X>
  static void multiply(const X& x, const X& y, X& out) {
    const auto *a = x.data(), *b = y.data();
    auto* result = out.data();
    const std::int64_t period = y.elements();
    Executor::for_each(out.elements(), [=] VPR_HD(std::int64_t i) { result[i] = a[i] * b[i % period]; });
  }

  /// out[i] = x[i] / y[i].
  template <class X>
  static void divide(const X& x, const X& y, X& out) {
    const auto *a = x.data(), *b = y.data();
    auto* result = out.data();
    Executor::for_each(out.elements(), [=] VPR_HD(std::int64_t i) { result[i] = a[i] / b[i]; });
  }

  /// out[i] = x[i] + scale · y[i mod |y|]: y repeats over the leading axes of x.
  template <class X>
  static void add_scaled(const X& x, const X& y, typename X::value_type scale, X& out) {
    using T = typename X::value_type;
    const T *a = x.data(), *b = y.data();
    T* result = out.data();
    const std::int64_t period = y.elements();
    Executor::for_each(out.elements(), [=] VPR_HD(std::int64_t i) { result[i] = a[i] + scale * b[i % period]; });
  }

  /// out[r, c] = x[r, c] + gamma[c] · y[r, c].
  template <class X>
  static void add_gated(const X& x, const X& y, const X& gamma, X& out) {
    using T = typename X::value_type;
    const T *a = x.data(), *b = y.data(), *gate = gamma.data();
    T* result = out.data();
    const std::int64_t columns = gamma.elements();
    Executor::for_each(out.elements(), [=] VPR_HD(std::int64_t i) { result[i] = a[i] + gate[i % columns] * b[i]; });
  }
};

/// See `ScalarGradients`.
template <class Executor>
struct ActivationGradients {
  /// dx = dy where y, the result of `relu`, is above 0, and 0 elsewhere. `dx` may be `dy`.
  template <class X>
  static void relu_gradient(const X& y, const X& dy, X& dx) {
    using T = typename X::value_type;
    const T *value = y.data(), *upstream = dy.data();
    T* result = dx.data();
    Executor::for_each(y.elements(), [=] VPR_HD(std::int64_t i) { result[i] = value[i] <= T(0) ? T(0) : upstream[i]; });
  }

  /// dx = dy where y, the result of `relu6`, is between 0 and 6, and 0 where it is one of these. `dx` may be `dy`.
  template <class X>
  static void relu6_gradient(const X& y, const X& dy, X& dx) {
    using T = typename X::value_type;
    const T *value = y.data(), *upstream = dy.data();
    T* result = dx.data();
    Executor::for_each(y.elements(), [=] VPR_HD(std::int64_t i) { result[i] = value[i] <= T(0) || value[i] >= T(6) ? T(0) : upstream[i]; });
  }

  /// dx = dy · gelu'(x). `dx` may be `dy`.
  template <class X>
  static void gelu_gradient(const X& x, const X& dy, X& dx) {
    const auto *input = x.data(), *upstream = dy.data();
    auto* result = dx.data();
    Executor::for_each(x.elements(), [=] VPR_HD(std::int64_t i) { result[i] = upstream[i] * detail::gelu_derivative(input[i]); });
  }

  /// dx = dy · quick_gelu'(x). `dx` may be `dy`.
  template <class X>
  static void quick_gelu_gradient(const X& x, const X& dy, X& dx) {
    using T = typename X::value_type;
    const T *input = x.data(), *upstream = dy.data();
    T* result = dx.data();
    Executor::for_each(x.elements(), [=] VPR_HD(std::int64_t i) {
      const T sigmoid = T(1) / (T(1) + std::exp(T(-1.702) * input[i]));
      result[i] = upstream[i] * sigmoid * (T(1) + T(1.702) * input[i] * (T(1) - sigmoid));
    });
  }

  /// The gradient of `silu_gate` by x = [a, b]: [dy · b · silu'(a), dy · silu(a)].
  template <class X>
  static void silu_gate_gradient(const X& x, const X& dy, X& dx) {
    using T = typename X::value_type;
    const T *input = x.data(), *upstream = dy.data();
    T* result = dx.data();
    const std::int64_t columns = dy.shape().last();
    Executor::for_each(dy.elements(), [=] VPR_HD(std::int64_t i) {
      const std::int64_t at = i / columns * 2 * columns + i % columns;
      const T a = input[at], sigmoid = T(1) / (T(1) + std::exp(-a));
      result[at] = upstream[i] * input[at + columns] * sigmoid * (T(1) + a * (T(1) - sigmoid));
      result[at + columns] = upstream[i] * a * sigmoid;
    });
  }
};

/// The kernels of this group that `Backend` asks for.
template <class B>
concept HasElementwiseKernels = requires(const Tensor<B> x, Tensor<B> out, typename B::value number) {
  B::gelu(x, out);
  B::quick_gelu(x, out);
  B::exp(x, out);
  B::relu(x, out);
  B::relu6(x, out);
  B::sign(x, out);
  B::silu_gate(x, out);
  B::multiply(x, x, out);
  B::divide(x, x, out);
  B::add_scaled(x, x, number, out);
  B::add_gated(x, x, x, out);
};

/// And those that `DifferentiableBackend` asks for.
template <class B>
concept HasElementwiseGradients = requires(const Tensor<B> x, Tensor<B> out) {
  B::gelu_gradient(x, x, out);
  B::quick_gelu_gradient(x, x, out);
  B::relu_gradient(x, x, out);
  B::relu6_gradient(x, x, out);
  B::silu_gate_gradient(x, x, out);
};

}  // namespace vpr
