// SPDX-License-Identifier: MIT
/// @file
/// A backbone whose features are taken earlier than at its end.
#pragma once

#include <vpr/backbone/concept.hpp>
#include <vpr/core/error.hpp>

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vpr {

/// A backbone of parts seen at a `Tap`: an intermediate part's output or attention facets in place of the final features, as
/// AnyLoc takes them. A backbone itself, whose end is that tap.
template <class Network>
struct Tapped {
  using backend = typename Network::backend;
  using X = typename backend::tensor;

  Network network;
  Tap tap;

  explicit Tapped(Network network_ = Network(), Tap tap_ = {}) : network(std::move(network_)), tap(tap_) {}

  std::int64_t channels(Tap other = {}) const { return network.channels(of(other)); }
  std::int64_t multiple() const { return network.multiple(); }
  bool has_class_token() const { return vpr::has_class_token(network); }
  Grid grid(std::int64_t height, std::int64_t width, Tap other = {}) const { return network.grid(height, width, of(other)); }
  Features<X> operator()(const X& images, Tap other = {}) const { return network(images, of(other)); }
  /// The features at several taps, from one pass to the deepest.
  std::vector<Features<X>> at(const X& images, std::span<const Tap> taps) const {
    std::vector<Tap> inner(taps.begin(), taps.end());
    for (Tap& one : inner) one = of(one);
    return network.at(images, inner);
  }

  // Of parts, see `PartedBackbone`: the network's.
  std::int64_t depth() const { return network.depth(); }
  std::int64_t part_of(std::string_view name) const { return network.part_of(name); }
  std::set<std::string> plain_names() const { return network.plain_names(); }
  bool starts_at_zero(std::string_view name) const { return network.starts_at_zero(name); }
  std::string settings() const { return network.settings(); }
  void set_checkpointing(bool wanted) { network.set_checkpointing(wanted); }
  X before(const X& images, std::int64_t parts) const { return network.before(images, parts); }
  X through_part(X x, const Shape& images, std::int64_t part) const { return network.through_part(std::move(x), images, part); }
  /// @throws ConfigError  always: the tap is not the network's end. Cut the network there to have its first parts frozen.
  Features<X> continued(X, const Shape&, std::int64_t) const {
    fail<ConfigError>("a backbone that is seen at a tap is not continued to its end: cut it after that part instead");
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    network.visit(visitor, prefix);
  }

 private:
  /// Its own tap is its end.
  Tap of(Tap other) const { return other.block < 0 ? tap : other; }
};

}  // namespace vpr
