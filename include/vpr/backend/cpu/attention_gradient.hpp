// SPDX-License-Identifier: MIT
/// @file
/// The gradient of attention in float, a block of queries of one head at a time.
#pragma once

#include <vpr/backend/cpu/gemm.hpp>
#include <vpr/backend/cpu/rows.hpp>
#include <vpr/backend/kernel.hpp>
#include <vpr/core/buffer.hpp>

#include <cmath>

namespace vpr::detail {
inline namespace VPR_TARGET {

/// Queries whose weights are held at once: queries × keys stay in the cache at the usual sizes. A multiple of the rows of a tile.
inline constexpr std::int64_t query_block = 132;

/// `AttentionGradients::attention_gradient`. One task computes a head of an image, so the sums over queries have a fixed order.
template <class X>
void attention_gradient(AttentionOperand<float> q, AttentionOperand<float> k, AttentionOperand<float> v, std::int64_t heads, const X& dy,
                        float* dq, float* dk, float* dv) {
  const std::int64_t batch = dy.shape()[0], channels = dy.shape().last(), depth = channels / heads;
  const float scale = 1.0F / std::sqrt(static_cast<float>(depth));
  parallel_for(batch * heads, [&](std::int64_t i) {
    const std::int64_t b = i / heads, column = i % heads * depth;
    const auto rows_of = [&](auto* data, std::int64_t rows, std::int64_t stride) { return data + b * rows * stride + column; };
    const MatrixView<float> key{rows_of(k.data, k.rows, k.stride), k.stride}, value{rows_of(v.data, v.rows, v.stride), v.stride};

    const std::int64_t most = std::min(query_block, q.rows);
    Buffer<float> weights(static_cast<std::size_t>(most * k.rows)), gradients(static_cast<std::size_t>(most * k.rows));
    std::int64_t begin = 0;
    do {  // once even without queries: the gradients of keys and values are then 0
      const std::int64_t height = std::min(query_block, q.rows - begin);
      const MatrixView<float> query{rows_of(q.data, q.rows, q.stride) + begin * q.stride, q.stride};
      const MatrixView<float> above{rows_of(dy.data(), q.rows, channels) + begin * channels, channels};
      gemm(query, key.transposed(), {height, k.rows, depth}, weights.data(), k.rows);
      gemm(above, value.transposed(), {height, k.rows, depth}, gradients.data(), k.rows);
      for (std::int64_t r = 0; r < height; ++r) {
        float *const row = weights.data() + r * k.rows, *const gradient = gradients.data() + r * k.rows;
        row_kernel<&RowKernels::softmax>()(k.rows, row, scale, row);
        row_kernel<&RowKernels::softmax_gradient>()(k.rows, row, gradient, scale, gradient);
      }
      const MatrixView<float> weight{weights.data(), k.rows}, gradient{gradients.data(), k.rows};
      gemm(gradient, key, {height, depth, k.rows}, rows_of(dq, q.rows, q.stride) + begin * q.stride, q.stride);
      gemm(gradient.transposed(), query, {k.rows, depth, height}, rows_of(dk, k.rows, k.stride), k.stride, begin > 0);
      gemm(weight.transposed(), above, {k.rows, depth, height}, rows_of(dv, v.rows, v.stride), v.stride, begin > 0);
      begin += query_block;
    } while (begin < q.rows);
  });
}

}  // namespace VPR_TARGET
}  // namespace vpr::detail
