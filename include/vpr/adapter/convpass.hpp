// SPDX-License-Identifier: MIT
/// @file
/// Convolutional bypasses.
#pragma once

#include <vpr/adapter/none.hpp>
#include <vpr/adapter/token_map.hpp>
#include <vpr/layer/convolution.hpp>
#include <vpr/layer/linear.hpp>
#include <vpr/ops/activation.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace vpr {

struct ConvpassSettings {
  std::int64_t hidden = 8;
  float scale = 1;  ///< of the bypass, as it is added
  bool beside_attention = true;
  bool beside_mlp = true;
};

namespace adapter {

/// A convolutional bypass itself, `B×T×C` to `B×T×C`: down, QuickGELU, a 3×3 convolution over the map of the patches and over each
/// class or register token as a map of its own, QuickGELU, up (Jie and Deng, arXiv 2207.07039, section 3.2). Its parameters are
/// `adapter_down`, `adapter_conv` and `adapter_up`. Goldens convpass_*.
template <class B>
struct ConvolutionalBypass {
  using X = typename B::tensor;

  Linear<B> down, up;
  Convolution<B> conv;

  ConvolutionalBypass(std::int64_t channels, std::int64_t hidden)
      : down(channels, hidden), up(hidden, channels), conv(hidden, hidden, {3, 1, 1}) {}

  /// @param epilogue  what follows, but for the last bias
  X operator()(const X& x, const TokenLayout& layout, Epilogue<X> epilogue = {}) const {
    const X hidden = down(x, {.activation = Activation::quick_gelu});
    const Shape& shape = hidden.shape();
    const X single = reshape(leading_of(hidden, layout), Shape{shape[0] * layout.leading, 1, shape[2]});
    const X leading = reshape(conv(single, {1, 1}, {.activation = Activation::quick_gelu}), Shape{shape[0], layout.leading, shape[2]});
    const X patches = conv(patches_of(hidden, layout), layout.grid, {.activation = Activation::quick_gelu});
    return up(concat(leading, patches, 1), std::move(epilogue));
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    conv.visit(visitor, prefix + "adapter_conv.");
    down.visit(visitor, prefix + "adapter_down.");
    up.visit(visitor, prefix + "adapter_up.");
  }
};

}  // namespace adapter

/// Convpass: bypasses beside the attention, beside the feed-forward network, or both, each on its normalised input. Their parameters
/// are under `adapter_attn.` and `adapter_mlp.`. Goldens convpass_vit_*.
template <class B>
struct ConvpassAdapter : NoAdapter<B> {
  using X = typename B::tensor;

  std::optional<adapter::ConvolutionalBypass<B>> attention, mlp;
  typename B::value scale;

  explicit ConvpassAdapter(const VitConfig& config, const ConvpassSettings& settings = {})
      : NoAdapter<B>(config), scale(static_cast<typename B::value>(settings.scale)) {
    if (settings.beside_attention) attention.emplace(config.channels, settings.hidden);
    if (settings.beside_mlp) mlp.emplace(config.channels, settings.hidden);
  }

  X beside_attention(X x, const X& normed, const TokenLayout& layout) const {
    return attention ? (*attention)(normed, layout, {.scale = scale, .residual = std::move(x)}) : x;
  }
  X beside_mlp(X x, const X& normed, const TokenLayout& layout) const {
    return mlp ? (*mlp)(normed, layout, {.scale = scale, .residual = std::move(x)}) : x;
  }

  static bool starts_at_zero(std::string_view name) { return name.ends_with("adapter_up.weight"); }
  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    if (attention) attention->visit(visitor, prefix + "adapter_attn.");
    if (mlp) mlp->visit(visitor, prefix + "adapter_mlp.");
  }
};

}  // namespace vpr
