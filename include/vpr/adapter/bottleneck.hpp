// SPDX-License-Identifier: MIT
/// @file
/// The bottleneck that adapters are made of, and SelaVPR's two of them.
#pragma once

#include <vpr/adapter/both.hpp>
#include <vpr/layer/linear.hpp>
#include <vpr/ops/activation.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace vpr::adapter {

/// up(relu(down(x))) over `…×C`; with a skip connection `bottleneck(x, {.residual = x})`. Its parameters are `D_fc1` and `D_fc2`. Goldens
/// grad_sela_adapter_*, edtformer_adapter_*.
template <class B>
struct Bottleneck {
  using X = typename B::tensor;

  Linear<B> down, up;
  Activation activation;

  Bottleneck(std::int64_t channels, std::int64_t hidden, Activation activation_ = Activation::relu)
      : down(channels, hidden), up(hidden, channels), activation(activation_) {}

  /// @param epilogue  what follows, but for the last bias
  X operator()(const X& x, Epilogue<X> epilogue = {}) const { return up(down(x, {.activation = activation}), std::move(epilogue)); }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    down.visit(visitor, prefix + "D_fc1.");
    up.visit(visitor, prefix + "D_fc2.");
  }
};

/// A bottleneck of half the channels with a skip connection, after the attention (Lu et al., ICLR 2024, eq. 3). Its parameters are
/// `adapter1.D_fc1` and `adapter1.D_fc2`.
template <class B>
struct Serial : None<B> {
  using X = typename B::tensor;

  Bottleneck<B> bottleneck;

  explicit Serial(const VitConfig& config) : Serial(config, config.channels / 2) {}
  Serial(const VitConfig& config, std::int64_t hidden) : None<B>(config), bottleneck(config.channels, hidden) {}

  X after_attention(X attended, const X&, const TokenLayout&) const { return bottleneck(attended, {.residual = attended}); }

  static bool starts_at_zero(std::string_view name) { return name.ends_with("D_fc2.weight"); }
  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    bottleneck.visit(visitor, prefix + "adapter1.");
  }
};

/// A bottleneck of half the channels beside the feed-forward network, a fifth of which is added (Lu et al., ICLR 2024, eq. 4). Its
/// parameters are `adapter2.D_fc1` and `adapter2.D_fc2`.
template <class B>
struct Parallel : None<B> {
  using X = typename B::tensor;

  Bottleneck<B> bottleneck;
  typename B::value scale;

  explicit Parallel(const VitConfig& config) : Parallel(config, config.channels / 2) {}
  Parallel(const VitConfig& config, std::int64_t hidden, float scale_ = 0.2F)
      : None<B>(config), bottleneck(config.channels, hidden), scale(static_cast<typename B::value>(scale_)) {}

  X after_mlp(X fed, const X& normed, const TokenLayout&) const { return bottleneck(normed, {.scale = scale, .residual = std::move(fed)}); }

  static bool starts_at_zero(std::string_view name) { return name.ends_with("D_fc2.weight"); }
  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    bottleneck.visit(visitor, prefix + "adapter2.");
  }
};

}  // namespace vpr::adapter

namespace vpr {

/// SelaVPR's global adaptation: a serial and a parallel bottleneck in every block (Lu et al., ICLR 2024, section 3.2). Goldens selavpr_*.
template <class B>
using SelaAdapters = adapter::Both<adapter::Serial, adapter::Parallel>::In<B>;

}  // namespace vpr
