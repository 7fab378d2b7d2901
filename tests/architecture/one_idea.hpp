// SPDX-License-Identifier: MIT
/// A component written once, and the head that follows it. The tests run these very lines in inference, recorded, and on
/// other backends: the library's picture of itself.
#pragma once

#include <vpr/layer/linear.hpp>
#include <vpr/ops/normalization.hpp>
#include <vpr/ops/pooling.hpp>

#include <cmath>
#include <string>

/// A bottleneck beside its input: x + scale · up(gelu(down(x))).
template <class B>
struct Bottleneck {
  using X = typename B::tensor;

  vpr::Linear<B> down, up;
  typename B::value scale;

  Bottleneck(std::int64_t channels, std::int64_t hidden, typename B::value scale_)
      : down(channels, hidden), up(hidden, channels), scale(scale_) {}

  X operator()(const X& x) const { return up(down(x, {.activation = vpr::Activation::gelu}), {.scale = scale, .residual = x}); }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    down.visit(visitor, prefix + "down.");
    up.visit(visitor, prefix + "up.");
  }
};

/// The bottleneck, then GeM over the tokens, then unit length.
template <class B>
struct TinyDescriber {
  using X = typename B::tensor;

  Bottleneck<B> adapter;
  X p = X::full(vpr::Shape{1}, 3);

  TinyDescriber(std::int64_t channels, std::int64_t hidden) : adapter(channels, hidden, typename B::value(0.5)) {}

  X operator()(const X& tokens) const { return l2_normalize(gem(adapter(tokens), p, typename B::value(1e-6))); }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    adapter.visit(visitor, prefix + "adapter.");
    visitor(prefix + "p", p);
  }
};
