// SPDX-License-Identifier: MIT
/// @file
/// The feed-forward networks of transformer blocks.
#pragma once

#include <vpr/layer/linear.hpp>
#include <vpr/ops/activation.hpp>

#include <string>
#include <utility>

namespace vpr {

/// What lies between the two linear maps of a feed-forward network.
enum class FeedForwardKind {
  gelu,        ///< fc2(gelu(fc1(x)))
  quick_gelu,  ///< fc2(quick_gelu(fc1(x))), as in CLIP
  swiglu,      ///< w3(silu(a) ∘ b), where w12(x) = [a, b] (Shazeer 2020)
};

/// The feed-forward network of a transformer block, `…×C` to `…×C` with `hidden` channels between. Its parameters are
/// `fc1`, `fc2` or `w12`, `w3`.
template <class B>
struct FeedForward {
  using X = typename B::tensor;

  FeedForwardKind kind;
  Linear<B> in, out;

  FeedForward(std::int64_t channels, std::int64_t hidden, FeedForwardKind kind_, bool with_bias = true)
      : kind(kind_), in(channels, kind == FeedForwardKind::swiglu ? 2 * hidden : hidden, with_bias), out(hidden, channels, with_bias) {}

  /// @param epilogue  what follows, but for the last bias
  X operator()(const X& x, Epilogue<X> epilogue = {}) const {
    const Activation activation = kind == FeedForwardKind::quick_gelu ? Activation::quick_gelu : Activation::gelu;
    const X hidden = kind == FeedForwardKind::swiglu ? silu_gate(in(x)) : in(x, {.activation = activation});
    return out(hidden, std::move(epilogue));
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    in.visit(visitor, prefix + (kind == FeedForwardKind::swiglu ? "w12." : "fc1."));
    out.visit(visitor, prefix + (kind == FeedForwardKind::swiglu ? "w3." : "fc2."));
  }
};

}  // namespace vpr
