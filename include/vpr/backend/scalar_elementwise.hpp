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

}  // namespace vpr
