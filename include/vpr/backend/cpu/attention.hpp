// SPDX-License-Identifier: MIT
/// @file
/// Attention in float without a matrix of weights, compiled for each instruction set.
#pragma once

#include <vpr/backend/cpu/vector_math.hpp>
#include <vpr/backend/kernel.hpp>
#include <vpr/core/buffer.hpp>
#include <vpr/core/parallel.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace vpr::detail {
inline namespace VPR_TARGET {

/// `count` rows that are `stride` apart.
struct AttentionRows {
  const float* data;
  std::int64_t count, stride;
};

/// Some queries of one head, all its keys and values, and where the result goes: out[n] = Σ_m softmax_m(scale · q[n] · k[m]) · v[m].
struct AttentionHead {
  AttentionRows queries, keys, values;
  std::int64_t depth;
  float scale;
  float* out;
  std::int64_t out_stride;
};

inline constexpr std::int64_t key_block = 384;    // keys whose weights are held at once: with a few queries they stay in the first cache
inline constexpr std::int64_t depth_piece = 128;  // elements of a query that lie together: a step that the compiler knows

struct AttentionKernels {
  void (*attend)(const AttentionHead& head, float* scratch);
};

/// The floats that `attend` needs.
inline std::int64_t attention_scratch(std::int64_t keys, std::int64_t depth) {
  constexpr std::int64_t most_rows = 12, most_lanes = 16;
  return (keys + most_lanes) * depth + keys * (depth + most_lanes) + most_rows * ((depth + depth_piece) + key_block + depth + most_lanes);
}

/// Those of the set that runs.
const AttentionKernels& attention_kernels();

}  // namespace VPR_TARGET
}  // namespace vpr::detail

#if VPR_HAS_KERNELS
#define VPR_KERNELS <vpr/backend/cpu/kernels/attention.inl>
#include <vpr/backend/cpu/each_instruction_set.inl>
VPR_DEFINE_CHOSEN_KERNELS(AttentionKernels, attention_kernels)
#endif

namespace vpr::detail {
inline namespace VPR_TARGET {

/// `ScalarKernels::attention`. A task is a head of an image, or a part of its queries where there are few heads.
template <class X>
void attention(AttentionOperand<float> q, AttentionOperand<float> k, AttentionOperand<float> v, std::int64_t heads, X& out) {
  const std::int64_t channels = out.shape().last(), depth = channels / heads, tasks = out.shape()[0] * heads;
  if (out.empty()) return;
  // Each part packs keys and values for itself, so it takes at least 64 queries.
  const std::int64_t wanted = tasks >= 4 * thread_count() ? 1 : (4 * thread_count() + tasks - 1) / tasks;
  const std::int64_t parts = std::clamp<std::int64_t>(wanted, 1, (q.rows + 63) / 64), part = ((q.rows + parts - 1) / parts + 11) / 12 * 12;
  const AttentionKernels& kernels = attention_kernels();
  parallel_for(tasks * parts, [&](std::int64_t i) {
    const std::int64_t b = i / parts / heads, column = i / parts % heads * depth, begin = i % parts * part;
    const std::int64_t count = std::min(part, q.rows - begin);
    if (count <= 0) return;
    Buffer<float> scratch(static_cast<std::size_t>(attention_scratch(k.rows, depth)));
    kernels.attend({.queries = {q.data + (b * q.rows + begin) * q.stride + column, count, q.stride},
                    .keys = {k.data + b * k.rows * k.stride + column, k.rows, k.stride},
                    .values = {v.data + b * v.rows * v.stride + column, v.rows, v.stride},
                    .depth = depth,
                    .scale = 1.0F / std::sqrt(static_cast<float>(depth)),
                    .out = out.data() + (b * q.rows + begin) * channels + column,
                    .out_stride = channels},
                   scratch.data());
  });
}

}  // namespace VPR_TARGET
}  // namespace vpr::detail
