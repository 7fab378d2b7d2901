// SPDX-License-Identifier: MIT
/// @file
/// A backbone whose features are taken earlier than at its end.
#pragma once

#include <vpr/backbone/concept.hpp>
#include <vpr/backbone/dinov2.hpp>

#include <array>
#include <string>
#include <utility>

namespace vpr {

/// A vision transformer seen at a `Tap`: an intermediate block's tokens or attention facets in place of the final ones, as
/// AnyLoc takes them. A backbone itself.
template <class Network>
struct Tapped {
  using backend = typename Network::backend;
  using X = typename backend::tensor;

  Network network;
  Tap tap;

  explicit Tapped(Network network_ = Network(), Tap tap_ = {}) : network(std::move(network_)), tap(tap_) {}

  std::int64_t channels() const { return network.channels(); }
  std::int64_t multiple() const { return network.multiple(); }
  Grid grid(std::int64_t height, std::int64_t width) const { return network.grid(height, width); }
  Features<X> operator()(const X& images) const { return network(images, tap); }
  /// The features at its own tap and at another, from one pass.
  std::array<Features<X>, 2> with_tap(const X& images, Tap other) const { return network(images, std::array{tap, other}); }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    network.visit(visitor, prefix);
  }
};

}  // namespace vpr
