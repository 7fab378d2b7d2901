// SPDX-License-Identifier: MIT
/// @file
/// Attention and its gradient by Eigen, a block of queries of one head at a time.
#pragma once

#include <vpr/backend/cpu/matmul.hpp>
#include <vpr/core/buffer.hpp>

#include <cmath>

namespace vpr::detail {

/// Queries whose weights are held at once: queries × keys stay in the cache at the usual sizes.
inline constexpr std::int64_t query_block = 128;

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
    const ConstTile<T> query(q.data + (b * q.rows + begin) * q.stride + column, height, depth, Eigen::OuterStride<>(q.stride));
    const ConstTile<T> key(k.data + b * k.rows * k.stride + column, k.rows, depth, Eigen::OuterStride<>(k.stride));
    const ConstTile<T> value(v.data + b * v.rows * v.stride + column, v.rows, depth, Eigen::OuterStride<>(v.stride));
    Tile<T> result(out.data() + (b * q.rows + begin) * channels + column, height, depth, Eigen::OuterStride<>(channels));

    Buffer<T> memory(static_cast<std::size_t>(height * k.rows));
    Eigen::Map<Matrix<T>> weights(memory.data(), height, k.rows);
    weights.noalias() = query * key.transpose();
    for (std::int64_t r = 0; r < height; ++r) {
      auto row = weights.row(r).array();
      row = ((row - row.maxCoeff()) * scale).exp();
    }
    result.noalias() = weights * value;
    for (std::int64_t r = 0; r < height; ++r) result.row(r) /= weights.row(r).sum();
  });
}

/// `AttentionGradients::attention_gradient`. One task computes a head of an image, so the sums over queries have a fixed order.
template <class X, class T>
void blocked_attention_gradient(AttentionOperand<T> q, AttentionOperand<T> k, AttentionOperand<T> v, std::int64_t heads, const X& dy, T* dq, T* dk,
                                T* dv) {
  const std::int64_t batch = dy.shape()[0], channels = dy.shape().last(), depth = channels / heads;
  const T scale = T(1) / std::sqrt(T(depth));
  parallel_for(batch * heads, [&](std::int64_t i) {
    const std::int64_t b = i / heads, column = i % heads * depth;
    const auto rows_of = [&](auto* data, std::int64_t rows, std::int64_t stride) { return data + b * rows * stride + column; };
    const ConstTile<T> key(rows_of(k.data, k.rows, k.stride), k.rows, depth, Eigen::OuterStride<>(k.stride));
    const ConstTile<T> value(rows_of(v.data, v.rows, v.stride), v.rows, depth, Eigen::OuterStride<>(v.stride));
    Tile<T> dkey(rows_of(dk, k.rows, k.stride), k.rows, depth, Eigen::OuterStride<>(k.stride));
    Tile<T> dvalue(rows_of(dv, v.rows, v.stride), v.rows, depth, Eigen::OuterStride<>(v.stride));
    dkey.setZero();
    dvalue.setZero();

    const std::int64_t most = std::min(query_block, q.rows);
    Buffer<T> weight_memory(static_cast<std::size_t>(most * k.rows)), slope_memory(static_cast<std::size_t>(most * k.rows));
    for (std::int64_t begin = 0; begin < q.rows; begin += query_block) {
      const std::int64_t height = std::min(query_block, q.rows - begin);
      const ConstTile<T> query(rows_of(q.data, q.rows, q.stride) + begin * q.stride, height, depth, Eigen::OuterStride<>(q.stride));
      const ConstTile<T> above(rows_of(dy.data(), q.rows, channels) + begin * channels, height, depth, Eigen::OuterStride<>(channels));
      Tile<T> dquery(rows_of(dq, q.rows, q.stride) + begin * q.stride, height, depth, Eigen::OuterStride<>(q.stride));
      Eigen::Map<Matrix<T>> weights(weight_memory.data(), height, k.rows), slopes(slope_memory.data(), height, k.rows);
      weights.noalias() = query * key.transpose();
      slopes.noalias() = above * value.transpose();
      for (std::int64_t r = 0; r < height; ++r) {
        auto row = weights.row(r).array(), slope = slopes.row(r).array();
        row = ((row - row.maxCoeff()) * scale).exp();
        row /= (row + T(0)).sum();  // of an expression, whose order does not depend on the row's address
        slope = row * (slope - (row * slope).sum()) * scale;
      }
      dquery.setZero();
      dquery.noalias() += slopes * key;
      dkey.noalias() += slopes.transpose() * query;
      dvalue.noalias() += weights.transpose() * above;
    }
  });
}

}  // namespace vpr::detail
