// SPDX-License-Identifier: MIT
/// @file
/// A learned attention over other tokens.
#pragma once

#include <vpr/layer/linear.hpp>
#include <vpr/ops/attention.hpp>
#include <vpr/ops/layout.hpp>

#include <string>
#include <utility>

namespace vpr {

/// `torch.nn.MultiheadAttention` (Vaswani et al. 2017, section 3.2.2) over `B×N×C`: its parameters are the joint projection of queries, keys and values,
/// `in_proj_weight` 3C×C and `in_proj_bias` 3C, and `out_proj`.
template <class B>
struct MultiheadAttention {
  using X = typename B::tensor;

  std::int64_t heads;
  X in_proj_weight, in_proj_bias;  // a tensor, as its parts are multiplied by apart
  Linear<B> out_proj;

  MultiheadAttention(std::int64_t channels, std::int64_t heads_)
      : heads(heads_),
        in_proj_weight(X::zeros(Shape{3 * channels, channels})),
        in_proj_bias(X::zeros(Shape{3 * channels})),
        out_proj(channels, channels) {}

  /// What the queries `B×N×C` find among the memory's tokens `B×M×C`: `B×N×C`.
  /// @param epilogue  what follows, but for the last bias
  X operator()(const X& query, const X& memory, Epilogue<X> epilogue = {}) const {
    const X found = attention(projected(query, 0), projected(memory, 1), projected(memory, 2), heads);
    return out_proj(found, std::move(epilogue));
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    visitor(prefix + "in_proj_weight", in_proj_weight);
    visitor(prefix + "in_proj_bias", in_proj_bias);
    out_proj.visit(visitor, prefix + "out_proj.");
  }

 private:
  /// The tokens by one third of the joint projection.
  X projected(const X& x, std::int64_t third) const {
    const std::int64_t channels = in_proj_weight.shape()[1], begin = third * channels, end = begin + channels;
    return linear(x, slice(in_proj_weight, 0, begin, end), slice(in_proj_bias, 0, begin, end));
  }
};

}  // namespace vpr
