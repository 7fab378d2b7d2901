// SPDX-License-Identifier: MIT
/// @file
/// Attention and its gradient, a block of queries of one head at a time.
#pragma once

#include <vpr/backend/cpu/gemm.hpp>
#include <vpr/backend/kernel.hpp>
#include <vpr/core/buffer.hpp>
#include <vpr/core/eigen.hpp>

#include <cmath>

namespace vpr::detail {
inline namespace VPR_TARGET {

/// Queries whose weights are held at once: queries × keys stay in the cache at the usual sizes. A multiple of the rows of a tile.
inline constexpr std::int64_t query_block = 132;

/// `ScalarKernels::attention` without the whole matrix of weights.
template <class X>
void blocked_attention(AttentionOperand<typename X::value_type> q, AttentionOperand<typename X::value_type> k,
                       AttentionOperand<typename X::value_type> v, std::int64_t heads, X& out) {
  using T = typename X::value_type;
  const std::int64_t batch = out.shape()[0], channels = out.shape().last(), depth = channels / heads;
  const std::int64_t blocks = (q.rows + query_block - 1) / query_block;
  const T scale = T(1) / std::sqrt(T(depth));
  parallel_for(batch * heads * blocks, [&](std::int64_t i) {
    const std::int64_t b = i / blocks / heads, column = i / blocks % heads * depth;
    const std::int64_t begin = i % blocks * query_block, height = std::min(query_block, q.rows - begin);
    const MatrixView<T> query{q.data + (b * q.rows + begin) * q.stride + column, q.stride};
    const MatrixView<T> key{k.data + b * k.rows * k.stride + column, k.stride}, value{v.data + b * v.rows * v.stride + column, v.stride};
    T* const result = out.data() + (b * q.rows + begin) * channels + column;

    Buffer<T> weights(static_cast<std::size_t>(height * k.rows)), sums(static_cast<std::size_t>(height));
    gemm(query, key.transposed(), {height, k.rows, depth}, weights.data(), k.rows);
    for (std::int64_t r = 0; r < height; ++r) {
      Eigen::Map<Eigen::Array<T, Eigen::Dynamic, 1>> row(weights.data() + r * k.rows, k.rows);
      row = ((row - row.maxCoeff()) * scale).exp();
      sums.data()[r] = (row + T(0)).sum();  // of an expression, whose order does not depend on the row's address
    }
    gemm({weights.data(), k.rows}, value, {height, depth, k.rows}, result, channels);
    for (std::int64_t r = 0; r < height; ++r)
      Eigen::Map<Eigen::Array<T, Eigen::Dynamic, 1>>(result + r * channels, depth) /= sums.data()[r];
  });
}

/// `AttentionGradients::attention_gradient`. One task computes a head of an image, so the sums over queries have a fixed order.
template <class X, class T>
void blocked_attention_gradient(AttentionOperand<T> q, AttentionOperand<T> k, AttentionOperand<T> v, std::int64_t heads, const X& dy, T* dq,
                                T* dk, T* dv) {
  const std::int64_t batch = dy.shape()[0], channels = dy.shape().last(), depth = channels / heads;
  const T scale = T(1) / std::sqrt(T(depth));
  parallel_for(batch * heads, [&](std::int64_t i) {
    const std::int64_t b = i / heads, column = i % heads * depth;
    const auto rows_of = [&](auto* data, std::int64_t rows, std::int64_t stride) { return data + b * rows * stride + column; };
    const MatrixView<T> key{rows_of(k.data, k.rows, k.stride), k.stride}, value{rows_of(v.data, v.rows, v.stride), v.stride};

    const std::int64_t most = std::min(query_block, q.rows);
    Buffer<T> weights(static_cast<std::size_t>(most * k.rows)), slopes(static_cast<std::size_t>(most * k.rows));
    std::int64_t begin = 0;
    do {  // once even without queries: the gradients of keys and values are then 0
      const std::int64_t height = std::min(query_block, q.rows - begin);
      const MatrixView<T> query{rows_of(q.data, q.rows, q.stride) + begin * q.stride, q.stride};
      const MatrixView<T> above{rows_of(dy.data(), q.rows, channels) + begin * channels, channels};
      gemm(query, key.transposed(), {height, k.rows, depth}, weights.data(), k.rows);
      gemm(above, value.transposed(), {height, k.rows, depth}, slopes.data(), k.rows);
      for (std::int64_t r = 0; r < height; ++r) {
        Eigen::Map<Eigen::Array<T, Eigen::Dynamic, 1>> row(weights.data() + r * k.rows, k.rows), slope(slopes.data() + r * k.rows, k.rows);
        row = ((row - row.maxCoeff()) * scale).exp();
        row /= (row + T(0)).sum();  // of an expression, whose order does not depend on the row's address
        slope = row * (slope - (row * slope).sum()) * scale;
      }
      const MatrixView<T> weight{weights.data(), k.rows}, slope{slopes.data(), k.rows};
      gemm(slope, key, {height, depth, k.rows}, rows_of(dq, q.rows, q.stride) + begin * q.stride, q.stride);
      gemm(slope.transposed(), query, {k.rows, depth, height}, rows_of(dk, k.rows, k.stride), k.stride, begin > 0);
      gemm(weight.transposed(), above, {k.rows, depth, height}, rows_of(dv, v.rows, v.stride), v.stride, begin > 0);
      begin += query_block;
    } while (begin < q.rows);
  });
}

}  // namespace VPR_TARGET
}  // namespace vpr::detail
