// SPDX-License-Identifier: MIT
/// @file
/// Attention of floats without a matrix of weights, compiled for each instruction set.
#pragma once

#include <vpr/backend/cpu/product_kernels.hpp>
#include <vpr/backend/cpu/vector_math.hpp>
#include <vpr/backend/kernel.hpp>
#include <vpr/backend/precision.hpp>
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
  std::int64_t tile_rows;                                          // the most queries that are computed together
  std::int64_t (*scratch)(std::int64_t keys, std::int64_t depth);  // the floats that `attend` needs
  void (*attend)(const AttentionHead& head, float* scratch);
};

/// Those of the set that runs: in bf16 and int8 with products in bfloat16 where AMX has them, else in float.
const AttentionKernels& attention_kernels(Precision precision);

}  // namespace VPR_TARGET
}  // namespace vpr::detail

#if VPR_HAS_KERNELS
#define VPR_KERNELS <vpr/backend/cpu/kernels/attention.inl>
#include <vpr/backend/cpu/each_instruction_set.inl>
#define VPR_KERNELS <vpr/backend/cpu/kernels/amx_attention.inl>
#include <vpr/backend/cpu/each_instruction_set.inl>
#endif

namespace vpr::detail {
inline namespace VPR_TARGET {

#if VPR_HAS_KERNELS
VPR_KERNELS_INLINE const AttentionKernels& attention_kernels([[maybe_unused]] Precision precision) {
#if VPR_SEVERAL_INSTRUCTION_SETS
  if (instruction_set() == InstructionSet::amx && precision != Precision::f32) return avx512_bf16::amx_attention;
#endif
  return VPR_CHOSEN_KERNELS(attention_kernels);
}
#endif

/// `ScalarKernels::attention`, in a precision: see `attention_kernels`. A task is a head of an image, or a part of its queries where there are
/// few heads.
template <class X>
void attention(AttentionOperand<float> q, AttentionOperand<float> k, AttentionOperand<float> v, std::int64_t heads, X& out,
               Precision precision) {
  const std::int64_t channels = out.shape().last(), depth = channels / heads, tasks = out.shape()[0] * heads;
  if (out.empty()) return;
  // Each part packs keys and values for itself, so it takes at least 64 queries.
  const std::int64_t wanted = tasks >= 4 * thread_count() ? 1 : (4 * thread_count() + tasks - 1) / tasks;
  const AttentionKernels& kernels = attention_kernels(precision);
  const std::int64_t parts = std::clamp<std::int64_t>(wanted, 1, (q.rows + 63) / 64);
  const std::int64_t part = ceiling(ceiling(q.rows, parts), kernels.tile_rows) * kernels.tile_rows;
  parallel_for(tasks * parts, [&](std::int64_t i) {
    const std::int64_t b = i / parts / heads, column = i / parts % heads * depth, begin = i % parts * part;
    const std::int64_t count = std::min(part, q.rows - begin);
    if (count <= 0) return;
    Buffer<float> scratch(static_cast<std::size_t>(kernels.scratch(k.rows, depth)));
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
