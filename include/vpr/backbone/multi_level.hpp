// SPDX-License-Identifier: MIT
/// @file
/// A backbone whose features are those of several of its parts.
#pragma once

#include <vpr/backbone/concept.hpp>
#include <vpr/core/error.hpp>

#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vpr {

/// A backbone of parts that gives the features at several taps, the levels, from one pass. Its features are those of the last level; with them,
/// as `Features::levels`, come those of the others. Levels may differ in grid and channels: `EachLevel` aggregates them.
template <class Network>
class MultiLevel {
 public:
  using backend = typename Network::backend;
  using X = typename backend::tensor;

  Network network;

  /// @param levels  where features are taken, the earliest part first
  /// @throws ConfigError  for none, or parts that the network has not or not in this order
  MultiLevel(Network network_, std::vector<Tap> levels) : network(std::move(network_)), levels_(std::move(levels)) {
    std::int64_t before = -1;
    for (const Tap& level : levels_) {
      VPR_REQUIRE(ConfigError, level.block > before && level.block < network.depth(), "MultiLevel: got a level at part ", level.block,
                  " after one at ", before, ", want levels at rising parts of the network's ", network.depth());
      before = level.block;
    }
    VPR_REQUIRE(ConfigError, !levels_.empty(), "MultiLevel: got no level");
  }

  const std::vector<Tap>& levels() const { return levels_; }
  /// The channels of each level.
  std::vector<std::int64_t> level_channels() const {
    std::vector<std::int64_t> all;
    for (const Tap& level : levels_) all.push_back(network.channels(level));
    return all;
  }

  std::int64_t channels(Tap tap = {}) const { return network.channels(of(tap)); }
  std::int64_t multiple() const { return network.multiple(); }
  bool has_class_token() const { return vpr::has_class_token(network); }
  Grid grid(std::int64_t height, std::int64_t width, Tap tap = {}) const { return network.grid(height, width, of(tap)); }
  /// The levels; at a tap of another part, what the network gives there.
  Features<X> operator()(const X& images, Tap tap = {}) const { return std::move(at(images, std::span(&tap, 1))[0]); }
  std::vector<Features<X>> at(const X& images, std::span<const Tap> taps) const {
    std::vector<Tap> all(levels_);
    for (const Tap& tap : taps) all.push_back(of(tap));
    std::vector<Features<X>> found = network.at(images, all);
    const auto behind = found.begin() + std::ssize(levels_);
    for (std::size_t i = 0; i < taps.size(); ++i) {
      if (taps[i].block < 0) behind[static_cast<std::ptrdiff_t>(i)].levels.assign(found.begin(), behind - 1);
    }
    found.erase(found.begin(), behind);
    return found;
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
  /// @throws ConfigError  always: levels of earlier parts are not in what later ones make
  Features<X> continued(X, const Shape&, std::int64_t) const {
    fail<ConfigError>(
        "a backbone of several levels is not continued from a part's output, which lacks earlier levels: compute it "
        "whole, without a cache of frozen parts");
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    network.visit(visitor, prefix);
  }

 private:
  /// The last level is its end.
  Tap of(Tap tap) const { return tap.block < 0 ? levels_.back() : tap; }

  std::vector<Tap> levels_;
};

}  // namespace vpr
