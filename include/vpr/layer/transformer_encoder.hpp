// SPDX-License-Identifier: MIT
/// @file
/// A post-norm transformer layer.
#pragma once

#include <vpr/layer/layer_norm.hpp>
#include <vpr/layer/linear.hpp>

#include <string>
#include <utility>

namespace vpr {

/// A layer of `torch.nn.TransformerEncoder` with post-normalisation, without dropout: x = norm1(x + out(attend(qkv(x)))),
/// then norm2(x + linear2(gelu(linear1(x)))), or with another activation (Vaswani et al. 2017). Which tokens attend to which is the caller's:
/// `attend` gets the joint projection `…×3C` and gives `…×C`.
template <class B>
struct TransformerEncoderLayer {
  using X = typename B::tensor;

  typename B::weight in_proj_weight;
  X in_proj_bias;
  Linear<B> out_proj, linear1, linear2;
  LayerNorm<B> norm1, norm2;
  Activation activation;

  TransformerEncoderLayer(std::int64_t channels, std::int64_t hidden, Activation activation_ = Activation::gelu)
      : in_proj_weight(B::weight::zeros(Shape{3 * channels, channels})),
        in_proj_bias(X::zeros(Shape{3 * channels})),
        out_proj(channels, channels),
        linear1(channels, hidden),
        linear2(hidden, channels),
        norm1(channels, typename B::value(1e-5)),
        norm2(channels, typename B::value(1e-5)),
        activation(activation_) {}

  template <class Attend>
  X operator()(X x, const Attend& attend) const {
    const X attended = attend(linear(x, in_proj_weight, in_proj_bias));
    x = norm1(out_proj(attended, {.residual = std::move(x)}));
    const X hidden = linear1(x, {.activation = activation});
    return norm2(linear2(hidden, {.residual = std::move(x)}));
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    visitor(prefix + "self_attn.in_proj_weight", in_proj_weight);
    visitor(prefix + "self_attn.in_proj_bias", in_proj_bias);
    out_proj.visit(visitor, prefix + "self_attn.out_proj.");
    linear1.visit(visitor, prefix + "linear1.");
    linear2.visit(visitor, prefix + "linear2.");
    norm1.visit(visitor, prefix + "norm1.");
    norm2.visit(visitor, prefix + "norm2.");
  }
};

}  // namespace vpr
