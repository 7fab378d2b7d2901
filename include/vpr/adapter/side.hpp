// SPDX-License-Identifier: MIT
/// @file
/// The adapters of side networks.
#pragma once

#include <vpr/adapter/bottleneck.hpp>
#include <vpr/adapter/mul_conv.hpp>
#include <vpr/backbone/side_network.hpp>
#include <vpr/ops/arithmetic.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace vpr::adapter {

/// EDTformer's low-rank parallel adaptation: v + 0.5 up(gelu(down(v))) with v = y + x and four hidden channels (Jin et al., TCSVT
/// 2025). What the network's block made, x, so stays in y. Its parameters are `D_fc1` and `D_fc2`. Goldens edtformer_*.
template <class B>
struct LowRankSide {
  using X = typename B::tensor;

  Bottleneck<B> bottleneck;

  explicit LowRankSide(const VitConfig& config, std::int64_t hidden = 4) : bottleneck(config.channels, hidden, Activation::gelu) {}

  X operator()(const X& side, const X& x, const TokenLayout&) const {
    X sum = add(side, x);
    return bottleneck(sum, {.scale = typename B::value(0.5), .residual = sum});
  }

  static bool starts_at_zero(std::string_view name) { return name.ends_with("D_fc2.weight"); }
  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    bottleneck.visit(visitor, prefix);
  }
};

/// SelaVPR++'s: y + adapter(y + x), CricaVPR's multi-scale convolution being the adapter (Lu et al., TPAMI 2025). Goldens
/// selavprpp_*.
template <class B>
struct MulConvSide {
  using X = typename B::tensor;

  MultiScaleConvolution<B> convolution;

  explicit MulConvSide(const VitConfig& config, const MulConvSettings& settings = {}) : convolution(config.channels, settings) {}

  X operator()(const X& side, const X& x, const TokenLayout& layout) const { return convolution(add(side, x), layout, {.residual = side}); }

  static bool starts_at_zero(std::string_view name) { return name.ends_with("D_fc2.weight"); }
  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    convolution.visit(visitor, prefix);
  }
};

}  // namespace vpr::adapter
