// SPDX-License-Identifier: MIT
/// @file
/// The products of tensors.
#pragma once

#include <vpr/backend/cpu/gemm.hpp>
#include <vpr/core/shape.hpp>

namespace vpr::detail {
inline namespace VPR_TARGET {

/// `ScalarProduct::linear` with a row-major weight.
template <class X>
void gemm_linear(const X& x, const X& weight, const EpilogueOperands<typename X::value_type>& epilogue, X& out,
                 Precision precision = Precision::f32) {
  using T = typename X::value_type;
  const std::int64_t depth = x.shape().last(), columns = out.shape().last(), rows = x.shape().rows();
  const MatrixView<T> left{x.data(), depth}, right = MatrixView<T>{weight.data(), depth}.transposed();
  if constexpr (std::is_same_v<T, float>) {
    gemm(left, right, {rows, columns, depth}, out.data(), columns, epilogue, precision);
  } else {
    X apart(epilogue.residual == nullptr ? Shape{0} : out.shape());  // the residual may be where the result goes
    T* const product = epilogue.residual == nullptr ? out.data() : apart.data();
    gemm(left, right, {rows, columns, depth}, product, columns);
    if (epilogue.empty()) return;
    parallel_for(rows, [&](std::int64_t r) {
      for (std::int64_t c = 0; c < columns; ++c) out.data()[r * columns + c] = epilogue(product[r * columns + c], r * columns + c, c);
    });
  }
}

/// `ScalarProduct::matmul`.
template <class X>
void gemm_matmul(const X& a, bool transpose_a, const X& b, bool transpose_b, X& out) {
  using T = typename X::value_type;
  if (out.empty()) return;
  const std::size_t axis = a.shape().rank() - 2;
  const std::int64_t rows = a.shape()[axis + (transpose_a ? 1 : 0)], depth = a.shape()[axis + (transpose_a ? 0 : 1)],
                     columns = out.shape().last();
  const std::int64_t groups = out.elements() / (rows * columns);
  const auto product = [&](std::int64_t g) {
    const MatrixView<T> left{a.data() + g * rows * depth, transpose_a ? rows : depth};
    const MatrixView<T> right{b.data() + (b.shape().rank() == 3 ? g * depth * columns : 0), transpose_b ? depth : columns};
    gemm<T>(transpose_a ? left.transposed() : left, transpose_b ? right.transposed() : right, {rows, columns, depth},
            out.data() + g * rows * columns, columns);
  };
  // One product alone is shared by the threads.
  groups == 1 ? product(0) : parallel_for(groups, product);
}

/// `ProductGradients::linear_gradient`.
template <class X>
void gemm_linear_gradient(const X& weight, const X& dy, X& dx, Precision precision = Precision::f32) {
  using T = typename X::value_type;
  const std::int64_t depth = dy.shape().last(), columns = dx.shape().last();
  gemm<T>({dy.data(), depth}, {weight.data(), columns}, {dy.shape().rows(), columns, depth}, dx.data(), columns, EpilogueOperands<T>(),
          precision);
}

/// `ProductGradients::linear_weight_gradient`.
template <class X>
void gemm_weight_gradient(const X& x, const X& dy, X& dweight, Precision precision = Precision::f32) {
  using T = typename X::value_type;
  const std::int64_t outputs = dy.shape().last(), columns = x.shape().last();
  gemm<T>(MatrixView<T>{dy.data(), outputs}.transposed(), {x.data(), columns}, {outputs, columns, dy.shape().rows()}, dweight.data(),
          columns, EpilogueOperands<T>(), precision);
}

}  // namespace VPR_TARGET
}  // namespace vpr::detail
