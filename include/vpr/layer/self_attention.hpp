// SPDX-License-Identifier: MIT
/// @file
/// A learned self-attention.
#pragma once

#include <vpr/core/parameter.hpp>
#include <vpr/layer/linear.hpp>
#include <vpr/ops/arithmetic.hpp>
#include <vpr/ops/attention.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace vpr {

/// Multi-head self-attention between a joint projection `qkv` and an output projection `proj`: `B×N×C` to `B×N×C`. Without `key_bias` the part of
/// `qkv.bias` that is the keys' counts as 0, as in DINOv3; files may leave it out.
template <class B>
struct SelfAttention {
  using X = typename B::tensor;

  std::int64_t heads;
  Linear<B> qkv, proj;
  X bias_mask;  // 3C, 0 for keys; empty where they have a bias

  SelfAttention(std::int64_t channels, std::int64_t heads_, bool qkv_bias = true, bool proj_bias = true, bool key_bias = true)
      : heads(heads_), qkv(channels, 3 * channels, qkv_bias), proj(channels, channels, proj_bias) {
    if (key_bias || !qkv_bias) return;
    const std::vector<float> mask = without_keys(std::vector<float>(static_cast<std::size_t>(2 * channels), 1));
    bias_mask = X::from(Shape{3 * channels}, std::span<const float>(mask));
  }

  /// @param epilogue  what follows, but for the last bias
  X operator()(const X& x, Epilogue<X> epilogue = {}) const { return proj(attended(joint(x)), std::move(epilogue)); }
  /// With queries and keys of the last M tokens turned by their positions: see `rotary`.
  X operator()(const X& x, const X& cosine, const X& sine, Epilogue<X> epilogue = {}) const {
    return proj(attended(rotary(joint(x), cosine, sine, 2 * x.shape().last())), std::move(epilogue));
  }

  /// Queries, keys and values, side by side: `B×N×3C`.
  X joint(const X& x) const { return bias_mask.empty() ? qkv(x) : linear(x, qkv.weight, multiply(qkv.bias, bias_mask)); }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    if (bias_mask.empty()) {
      qkv.visit(visitor, prefix + "qkv.");
    } else {
      const Shape stored_without{bias_mask.shape()[0] / 3 * 2};
      visitor(prefix + "qkv.weight", qkv.weight);
      visit_convertible(visitor, prefix + "qkv.bias", qkv.bias,
                        {[stored_without](const Shape& stored) {
                           return std::string(stored == stored_without ? "keys have no bias in the file, theirs is 0" : "");
                         },
                         [](const Shape&, std::span<const float> values) {
                           return without_keys({values.begin(), values.end()});
                         }});
      if constexpr (requires { visitor.unused(prefix); }) visitor.unused(prefix + "qkv.bias_mask");
    }
    proj.visit(visitor, prefix + "proj.");
  }

 private:
  /// In the precision that the joint projection is held in, where the backend's weights have one.
  X attended(const X& projected) const {
    if constexpr (requires { self_attention(projected, heads, qkv.weight.precision()); }) {
      return self_attention(projected, heads, qkv.weight.precision());
    } else {
      return self_attention(projected, heads);
    }
  }

  /// The values of queries and of values with zeros for keys between them.
  static std::vector<float> without_keys(std::vector<float> values) {
    const std::size_t channels = values.size() / 2;
    values.insert(values.begin() + static_cast<std::ptrdiff_t>(channels), channels, 0.0F);
    return values;
  }
};

}  // namespace vpr
