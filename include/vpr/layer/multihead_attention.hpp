// SPDX-License-Identifier: MIT
/// @file
/// Multi-head attention of queries to a memory, or to themselves.
#pragma once

#include <vpr/layer/linear.hpp>
#include <vpr/ops/attention.hpp>
#include <vpr/ops/layout.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace vpr {

/// `torch.nn.MultiheadAttention` (Vaswani et al. 2017, section 3.2.2): projections of queries, keys and values, attention, and a projection of
/// its result. Its parameters are `in_proj_weight` 3C×C, the three below each other, `in_proj_bias` and `out_proj`.
template <class B>
struct MultiheadAttention {
  using X = typename B::tensor;

  std::int64_t heads;
  typename B::weight in_proj_weight;
  X in_proj_bias;
  Linear<B> out_proj;

  /// @throws ConfigError  for channels that the heads don't divide.
  MultiheadAttention(std::int64_t channels, std::int64_t heads_)
      : heads(validated(channels, heads_)),
        in_proj_weight(B::weight::zeros(Shape{3 * channels, channels})),
        in_proj_bias(X::zeros(Shape{3 * channels})),
        out_proj(channels, channels) {}

  /// `B×N×C` attending to itself.
  /// @param epilogue  what follows, but for the last bias
  X operator()(const X& x, Epilogue<X> epilogue = {}) const { return out_proj(self_attention(projected(x), heads), std::move(epilogue)); }

  /// Queries `B×N×C` attending to a memory `B×M×C`: `B×N×C`. Both pass the whole joint projection: of the memory's a third is not used.
  X operator()(const X& queries, const X& memory, Epilogue<X> epilogue = {}) const {
    const X all = projected(memory);
    const auto part = [](const X& x, std::int64_t i) { return slice(x, 2, i * (x.shape()[2] / 3), (i + 1) * (x.shape()[2] / 3)); };
    return out_proj(attention(part(projected(queries), 0), part(all, 1), part(all, 2), heads), std::move(epilogue));
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    visitor(prefix + "in_proj_weight", in_proj_weight);
    visitor(prefix + "in_proj_bias", in_proj_bias);
    out_proj.visit(visitor, prefix + "out_proj.");
  }

 private:
  X projected(const X& x) const { return linear(x, in_proj_weight, in_proj_bias); }

  static std::int64_t validated(std::int64_t channels, std::int64_t heads) {
    VPR_REQUIRE(ConfigError, channels > 0 && heads > 0 && channels % heads == 0, "attention: got ", channels, " channels and ", heads,
                " heads, want positive ones and channels that the heads divide");
    return heads;
  }
};

}  // namespace vpr
