// SPDX-License-Identifier: MIT
/// @file
/// Gradients of linear maps and of repeated operands.
#pragma once

#include <vpr/backend/kernel.hpp>
#include <vpr/core/tensor.hpp>

#include <cstdint>

namespace vpr {

/// See `ScalarGradients`.
template <class Executor>
struct ProductGradients {
  /// The gradient of `linear` by its rows: dx[r, i] = Σ_o dy[r, o] · weight[o, i].
  template <class X>
  static void linear_gradient(const X& weight, const X& dy, X& dx) {
    using T = typename X::value_type;
    const std::int64_t columns = dx.shape().last(), outputs = dy.shape().last();
    const T *matrix = weight.data(), *slope = dy.data();
    T* result = dx.data();
    Executor::for_each(dx.elements(), [=] VPR_HD(std::int64_t i) {
      const T *row = slope + i / columns * outputs, *column = matrix + i % columns;
      T sum = 0;
      for (std::int64_t o = 0; o < outputs; ++o) sum += row[o] * column[o * columns];
      result[i] = sum;
    });
  }

  /// The gradient of `linear` by its weight: dweight[o, i] = Σ_r dy[r, o] · x[r, i].
  template <class X>
  static void linear_weight_gradient(const X& x, const X& dy, X& dweight) {
    using T = typename X::value_type;
    const std::int64_t columns = x.shape().last(), outputs = dy.shape().last(), rows = dy.shape().rows();
    const T *input = x.data(), *slope = dy.data();
    T* result = dweight.data();
    Executor::for_each(dweight.elements(), [=] VPR_HD(std::int64_t i) {
      const T *left = slope + i / columns, *right = input + i % columns;
      T sum = 0;
      for (std::int64_t r = 0; r < rows; ++r) sum += left[r * outputs] * right[r * columns];
      result[i] = sum;
    });
  }

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
};

}  // namespace vpr
