// SPDX-License-Identifier: MIT
#pragma once

#include <vpr/backbone.hpp>
#include <vpr/layer.hpp>
#include <vpr/ops.hpp>

/// A bottleneck beside the feed-forward network: a tenth of up(relu(down(x))) is added to the block's result.
template <class B>
struct Bottleneck : vpr::NoAdapter<B> {
  using X = typename B::tensor;

  vpr::Linear<B> down, up;

  explicit Bottleneck(const vpr::VitConfig& config)
      : vpr::NoAdapter<B>(config), down(config.channels, config.channels / 4), up(config.channels / 4, config.channels) {}

  X beside_mlp(X x, const X& normed, const vpr::TokenLayout&) const {
    const X share = up(vpr::relu(down(normed)));
    return vpr::add_scaled(std::move(x), share, typename B::value(0.1));
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    down.visit(visitor, prefix + "adapter.down.");
    up.visit(visitor, prefix + "adapter.up.");
  }
};

static_assert(vpr::BlockAdapter<Bottleneck<vpr::Cpu<>>, vpr::Cpu<>>);
