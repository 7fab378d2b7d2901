// SPDX-License-Identifier: MIT
/// @file
/// Products of matrices in their scalar form.
#pragma once

#include <vpr/backend/kernel.hpp>
#include <vpr/core/tensor.hpp>

#include <cstdint>

namespace vpr {

/// See `ScalarKernels`.
template <class Executor>
struct ScalarProduct {
  /// out[r, o] = epilogue(Σ_i x[r, i] · weight[o, i]); see `EpilogueOperands`.
  template <class X>
  static void linear(const X& x, const X& weight, const EpilogueOperands<typename X::value_type>& epilogue, X& out) {
    using T = typename X::value_type;
    const T *input = x.data(), *matrix = weight.data();
    const std::int64_t columns = x.shape().last(), outputs = out.shape().last();
    T* result = out.data();
    Executor::for_each(out.elements(), [=] VPR_HD(std::int64_t i) {
      const T* row = input + i / outputs * columns;
      const T* other = matrix + i % outputs * columns;
      T sum = 0;
      for (std::int64_t k = 0; k < columns; ++k) sum += row[k] * other[k];
      result[i] = epilogue(sum, i, i % outputs);
    });
  }

  /// out[g, i, j] = Σ_k a[g, i, k] · b[g, k, j], where a transposed operand is stored with its last two axes exchanged. Matrices
  /// have a single g; a b that has not three axes is a matrix for every g.
  template <class X>
  static void matmul(const X& a, bool transpose_a, const X& b, bool transpose_b, X& out) {
    using T = typename X::value_type;
    const std::size_t axis = a.shape().rank() - 2;
    const std::int64_t rows = a.shape()[axis + (transpose_a ? 1 : 0)], depth = a.shape()[axis + (transpose_a ? 0 : 1)],
                       columns = out.shape().last();
    const std::int64_t a_row = transpose_a ? 1 : depth, a_step = transpose_a ? rows : 1;
    const std::int64_t b_column = transpose_b ? depth : 1, b_step = transpose_b ? 1 : columns;
    const std::int64_t a_group = rows * depth, b_group = b.shape().rank() == 3 ? depth * columns : 0;
    const T *left = a.data(), *right = b.data();
    T* result = out.data();
    Executor::for_each(out.elements(), [=] VPR_HD(std::int64_t i) {
      const std::int64_t g = i / columns / rows;
      const T* row = left + g * a_group + i / columns % rows * a_row;
      const T* column = right + g * b_group + i % columns * b_column;
      T sum = 0;
      for (std::int64_t k = 0; k < depth; ++k) sum += row[k * a_step] * column[k * b_step];
      result[i] = sum;
    });
  }
};

/// See `ScalarGradients`.
template <class Executor>
struct ProductGradients {
  /// The gradient of `linear` by its rows: dx[r, i] = Σ_o dy[r, o] · weight[o, i].
  template <class X>
  static void linear_gradient(const X& weight, const X& dy, X& dx) {
    using T = typename X::value_type;
    const std::int64_t columns = dx.shape().last(), outputs = dy.shape().last();
    const T *matrix = weight.data(), *upstream = dy.data();
    T* result = dx.data();
    Executor::for_each(dx.elements(), [=] VPR_HD(std::int64_t i) {
      const T *row = upstream + i / columns * outputs, *column = matrix + i % columns;
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
    const T *input = x.data(), *upstream = dy.data();
    T* result = dweight.data();
    Executor::for_each(dweight.elements(), [=] VPR_HD(std::int64_t i) {
      const T *left = upstream + i / columns, *right = input + i % columns;
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

/// The kernels of this group that `Backend` asks for.
template <class B>
concept HasProductKernels = requires(const Tensor<B> x, Tensor<B> out, bool flag, EpilogueOperands<typename B::value> epilogue) {
  B::linear(x, x, epilogue, out);
  B::matmul(x, flag, x, flag, out);
};

/// And those that `DifferentiableBackend` asks for.
template <class B>
concept HasProductGradients = requires(const Tensor<B> x, Tensor<B> out) {
  B::linear_gradient(x, x, out);
  B::linear_weight_gradient(x, x, out);
  B::column_sums(x, x, out);
};

}  // namespace vpr
