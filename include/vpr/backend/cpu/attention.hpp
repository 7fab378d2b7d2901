// SPDX-License-Identifier: MIT
/// @file
/// Attention by Eigen, a block of queries of one head at a time.
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

}  // namespace vpr::detail
