// SPDX-License-Identifier: MIT
/// @file
/// A learned self-attention.
#pragma once

#include <vpr/layer/linear.hpp>
#include <vpr/ops/attention.hpp>

#include <string>
#include <utility>

namespace vpr {

/// Multi-head self-attention between a joint projection `qkv` and an output projection `proj`: `B×N×C` to `B×N×C`.
template <class B>
struct SelfAttention {
  using X = typename B::tensor;

  std::int64_t heads;
  Linear<B> qkv, proj;

  SelfAttention(std::int64_t channels, std::int64_t heads_, bool qkv_bias = true, bool proj_bias = true)
      : heads(heads_), qkv(channels, 3 * channels, qkv_bias), proj(channels, channels, proj_bias) {}

  /// @param epilogue  what follows, but for the last bias
  X operator()(const X& x, Epilogue<X> epilogue = {}) const { return proj(self_attention(qkv(x), heads), std::move(epilogue)); }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    qkv.visit(visitor, prefix + "qkv.");
    proj.visit(visitor, prefix + "proj.");
  }
};

}  // namespace vpr
