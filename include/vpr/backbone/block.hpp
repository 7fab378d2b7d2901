// SPDX-License-Identifier: MIT
/// @file
/// A transformer block and the places at which an adapter plugs into it.
#pragma once

#include <vpr/backbone/features.hpp>
#include <vpr/backbone/rotary_turns.hpp>
#include <vpr/backbone/vit_config.hpp>
#include <vpr/layer/feed_forward.hpp>
#include <vpr/layer/layer_norm.hpp>
#include <vpr/layer/self_attention.hpp>
#include <vpr/ops/arithmetic.hpp>

#include <concepts>
#include <string>
#include <string_view>
#include <utility>

namespace vpr {

/// Where the tokens of a sequence lie: `leading` class and register tokens, then the patches of the grid.
struct TokenLayout {
  std::int64_t leading = 1;
  Grid grid;
};

/// An adapter of a transformer block: a class template over the backend, made from the network's `VitConfig`, with four places.
/// `after_attention(a, normed, layout)` and `after_mlp(a, normed, layout)` get the result of the attention or of the feed-forward
/// network, and its input, and give what is scaled and added to the tokens in its stead. `beside_attention(x, normed, layout)` and
/// `beside_mlp(x, normed, layout)` get the tokens after that sum, and give what goes on in their place. All see `B×T×C` laid out as
/// `layout` says. `visit` shows its parameters under the block's prefix; `starts_at_zero(name)` is true for those of its last projection. Derive from
/// `NoAdapter` to have the places not needed.
template <class A, class B>
concept BlockAdapter = std::constructible_from<A, const VitConfig&> &&
    requires(const A adapter, typename B::tensor x, const TokenLayout& layout) {
  { adapter.after_attention(x, x, layout) } -> std::same_as<typename B::tensor>;
  { adapter.beside_attention(x, x, layout) } -> std::same_as<typename B::tensor>;
  { adapter.after_mlp(x, x, layout) } -> std::same_as<typename B::tensor>;
  { adapter.beside_mlp(x, x, layout) } -> std::same_as<typename B::tensor>;
  { A::starts_at_zero(std::string_view()) } -> std::same_as<bool>;
};

/// No adapter: compiles to nothing.
template <class B>
struct NoAdapter {
  using X = typename B::tensor;

  explicit NoAdapter(const VitConfig&) {}
  X after_attention(X attended, const X&, const TokenLayout&) const { return attended; }
  X beside_attention(X x, const X&, const TokenLayout&) const { return x; }
  X after_mlp(X fed, const X&, const TokenLayout&) const { return fed; }
  X beside_mlp(X x, const X&, const TokenLayout&) const { return x; }

  /// Whether the adapter's parameter of that name starts at zero, so that the adapter changes nothing at first.
  static bool starts_at_zero(std::string_view) { return false; }
  template <class Visitor>
  void visit(Visitor&&, const std::string&) {}
};

/// A pre-norm transformer block with layer scale, as DINOv2's: x + ls1 ∘ attn(norm1(x)), then x + ls2 ∘ mlp(norm2(x)). Without layer
/// scale `ls1` and `ls2` are empty and no factors. With rotary positions the attention turns the patches by theirs; it throws a ConfigError for
/// tokens behind them.
template <class B, template <class> class Adapter = NoAdapter>
struct Block {
  static_assert(
      BlockAdapter<Adapter<B>, B>,
      "an adapter must be constructible from VitConfig and have after_attention, beside_attention, after_mlp and beside_mlp of "
      "(x, normed, layout), each giving a tensor: see BlockAdapter in vpr/backbone/block.hpp, and derive from NoAdapter to have those "
      "that are not needed");
  using X = typename B::tensor;

  /// Whether the adapter has these places of its own. Where it has not, the sum with the tokens is made with the product.
  static constexpr bool after_attention = !requires {
    requires std::same_as<decltype(&Adapter<B>::after_attention), decltype(&NoAdapter<B>::after_attention)>;
  };
  static constexpr bool after_mlp = !requires {
    requires std::same_as<decltype(&Adapter<B>::after_mlp), decltype(&NoAdapter<B>::after_mlp)>;
  };

  LayerNorm<B> norm1;
  SelfAttention<B> attn;
  X ls1;
  LayerNorm<B> norm2;
  FeedForward<B> mlp;
  X ls2;
  [[no_unique_address]] Adapter<B> adapter;
  double rotary_base;  // 0: none
  std::int64_t head;   // channels

  explicit Block(const VitConfig& config) : Block(config, Adapter<B>(config)) {}
  Block(const VitConfig& config, Adapter<B> adapter_)
      : norm1(config.channels, static_cast<typename B::value>(config.norm_eps)),
        attn(config.channels, config.heads, config.qkv_bias, config.proj_bias, config.key_bias),
        ls1(config.layer_scale ? X::full(Shape{config.channels}, 1) : X()),
        norm2(config.channels, static_cast<typename B::value>(config.norm_eps)),
        mlp(config.channels, config.hidden(), config.feed_forward, config.feed_forward_bias),
        ls2(config.layer_scale ? X::full(Shape{config.channels}, 1) : X()),
        adapter(std::move(adapter_)),
        rotary_base(config.rotary_base),
        head(config.channels / config.heads) {}

  X operator()(X x, const TokenLayout& layout) const {
    // A statement for each tensor that is moved on: the arguments of a call are evaluated in no fixed order.
    X normed = norm1(x);
    if constexpr (after_attention) {
      const X attended = adapter.after_attention(attend(normed, layout), normed, layout);
      x = add_scaled(std::move(x), attended, ls1);
    } else {
      x = attend(normed, layout, {.gate = &ls1, .residual = std::move(x)});
    }
    x = adapter.beside_attention(std::move(x), normed, layout);
    normed = norm2(x);
    if constexpr (after_mlp) {
      const X fed = adapter.after_mlp(mlp(normed), normed, layout);
      x = add_scaled(std::move(x), fed, ls2);
    } else {
      x = mlp(normed, {.gate = &ls2, .residual = std::move(x)});
    }
    return adapter.beside_mlp(std::move(x), normed, layout);
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    visit_plain(visitor, prefix);
    adapter.visit(visitor, prefix);
  }
  /// The parameters that it has without an adapter.
  template <class Visitor>
  void visit_plain(Visitor&& visitor, const std::string& prefix) {
    norm1.visit(visitor, prefix + "norm1.");
    attn.visit(visitor, prefix + "attn.");
    if (!ls1.empty()) visitor(prefix + "ls1.gamma", ls1);
    norm2.visit(visitor, prefix + "norm2.");
    mlp.visit(visitor, prefix + "mlp.");
    if (!ls2.empty()) visitor(prefix + "ls2.gamma", ls2);
  }

 private:
  X attend(const X& normed, const TokenLayout& layout, Epilogue<X> epilogue = {}) const {
    if (rotary_base == 0) return attn(normed, std::move(epilogue));
    VPR_REQUIRE(ConfigError, normed.shape()[1] == layout.leading + layout.grid.patches(), "rotary positions: got ", normed.shape()[1],
                " tokens, want ", layout.leading, " and the patches of a grid of ", layout.grid.height, "x", layout.grid.width,
                ": tokens put in behind them have none");
    const RotaryTurns<X> turns(layout.grid, head, rotary_base);
    return attn(normed, turns.cosine, turns.sine, std::move(epilogue));
  }
  static X add_scaled(X x, const X& y, const X& scale) { return scale.empty() ? add(std::move(x), y) : add_gated(std::move(x), y, scale); }
};

}  // namespace vpr
