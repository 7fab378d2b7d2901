// SPDX-License-Identifier: MIT
/// @file
/// Multi-head attention (Vaswani et al. 2017), and where its tokens are.
#pragma once

#include <vpr/backend/concept.hpp>

#include <concepts>

namespace vpr {
namespace detail {

/// The columns of `B×N×C` from `column` on, as an operand.
template <class B>
AttentionOperand<typename B::value> attention_operand(const Tensor<B>& x, std::int64_t column) {
  return {x.data() + column, x.shape()[1], x.shape()[2]};
}

}  // namespace detail

/// Self-attention from the joint projection: `B×N×3C`, being query, key and value one after the other with the heads
/// contiguous inside each, gives `B×N×C`. Scaled by 1/√(C/heads).
/// @param precision  of a network's matrices, f32 unless given. In bf16 and int8 a processor with AMX rounds the operands of the two products to
///   bfloat16 (nearest, ties to even); scores, softmax and sums are float.
/// @throws ShapeError  if the last extent is not 3 · heads · depth.
template <class B, std::same_as<Precision>... OfNetwork>
requires(sizeof...(OfNetwork) == 0 || RoundsAttention<B>) Tensor<B> self_attention(const Tensor<B>& qkv, std::int64_t heads,
                                                                                   OfNetwork... precision) {
  const Shape& shape = qkv.shape();
  VPR_REQUIRE(ShapeError, shape.rank() == 3 && heads > 0 && shape.last() % (3 * heads) == 0, "self_attention: got qkv ", shape, " and ",
              heads, " heads, want [batch, tokens, 3 x heads x depth]");
  const std::int64_t channels = shape.last() / 3;
  Tensor<B> out(shape.with(2, channels));
  const auto part = [&](std::int64_t i) { return detail::attention_operand(qkv, i * channels); };
  if (!out.empty()) B::attention(part(0), part(1), part(2), heads, out, precision...);
  return out;
}

/// Attention of queries `B×N×C` over keys and values `B×M×C`, the heads contiguous; gives `B×N×C`.
/// @throws ShapeError  if the shapes differ elsewhere than in N and M, M is 0 or C is not heads · depth.
template <class B>
Tensor<B> attention(const Tensor<B>& query, const Tensor<B>& key, const Tensor<B>& value, std::int64_t heads) {
  const Shape& shape = query.shape();
  VPR_REQUIRE(ShapeError,
              shape.rank() == 3 && key.shape().rank() == 3 && key.shape() == value.shape() && key.shape().with(1, shape[1]) == shape &&
                  key.shape()[1] > 0 && heads > 0 && shape.last() % heads == 0,
              "attention: got query ", shape, ", key ", key.shape(), ", value ", value.shape(), " and ", heads, " heads");
  Tensor<B> out(shape);
  const auto operand = [](const Tensor<B>& x) { return detail::attention_operand(x, 0); };
  if (!out.empty()) B::attention(operand(query), operand(key), operand(value), heads, out);
  return out;
}

/// Rotary position embedding (Su et al. 2021, eq. 15), with the pairs as DINOv3 has them: of the tokens `B×N×C` the last M are turned, the
/// class token and registers before them are not. In each head of D channels the pair (x[c], x[c + D/2]) becomes
/// (x[c] cos θ − x[c + D/2] sin θ, x[c + D/2] cos θ + x[c] sin θ), cos θ and sin θ being at [m, c] of `cosine` and `sine`, `M×D/2`. Of the
/// joint projection `B×N×3C`, with `channels` = 2C, queries and keys are turned and values are not. Move x in to have it overwritten.
/// @throws ShapeError  if the extents do not fit, or `channels` is no multiple of D.
template <class B>
Tensor<B> rotary(Tensor<B> x, const Tensor<B>& cosine, const Tensor<B>& sine, std::int64_t channels) {
  const Shape &shape = x.shape(), &turns = cosine.shape();
  VPR_REQUIRE(ShapeError,
              shape.rank() == 3 && turns.rank() == 2 && sine.shape() == turns && turns[0] <= shape[1] && turns[1] > 0 && channels >= 0 &&
                  channels <= shape[2] && channels % (2 * turns[1]) == 0,
              "rotary: got x ", shape, ", cosine ", turns, ", sine ", sine.shape(), " and ", channels, " channels");
  B::rotary(cosine, sine, channels, false, x);
  return x;
}

}  // namespace vpr
