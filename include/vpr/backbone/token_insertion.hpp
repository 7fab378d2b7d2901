// SPDX-License-Identifier: MIT
/// @file
/// Learned tokens among those of a transformer.
#pragma once

#include <vpr/backbone/concept.hpp>
#include <vpr/core/error.hpp>
#include <vpr/ops/layout.hpp>

#include <algorithm>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vpr {

/// A transformer that gets M learned tokens beside its own as input of block `before`; from there on all attend to each other. What
/// becomes of them is `Features::inserted` (ImAge: Lu et al., NeurIPS 2025). They have no positions, so their place in the
/// sequence, behind the patches, is without effect.
///
/// A `PartedBackbone` itself. Beside the network's parameters it has `learnable_aggregation_tokens` 1×M×C, which checkpoints name beside the
/// network: behind the prefix `backbone.` it is shown without. Goldens image4vpr*.
///
/// @tparam Network  a `DinoV2` without adapters
template <class Network>
class TokenInsertion {
 public:
  using backend = typename Network::backend;
  using X = typename backend::tensor;

  Network network;

  /// @throws ConfigError  for no tokens, or a block that there is not.
  TokenInsertion(Network network_, std::int64_t tokens, std::int64_t before)
      : network(std::move(network_)), before_(before), tokens_(validated(Shape{1, tokens, network.channels()}, before, network.depth())) {}

  std::int64_t channels(Tap tap = {}) const { return network.channels(tap); }
  std::int64_t multiple() const { return network.multiple(); }
  Grid grid(std::int64_t height, std::int64_t width, Tap tap = {}) const { return network.grid(height, width, tap); }
  Features<X> operator()(const X& images, Tap tap = {}) const { return std::move(at(images, std::span(&tap, 1))[0]); }
  std::vector<Features<X>> at(const X& images, std::span<const Tap> taps) const {
    std::vector<Features<X>> found(taps.size());
    for_each_tap(
        network.before(images, 0), depth(), taps,
        [&](std::int64_t block, X x) { return through_part(std::move(x), images.shape(), block); },
        [&](std::size_t i, const X& x) { found[i] = network.taken(x, images.shape(), taps[i]); });
    return found;
  }

  /// Tokens `B×T×C` with the learned ones behind them.
  X inserted(const X& x) const { return concat(x, repeated(tokens_, x.shape()[0]), 1); }

  // Of parts, see `PartedBackbone`: the network's.
  std::int64_t depth() const { return network.depth(); }
  X before(const X& images, std::int64_t parts) const {
    X x = network.before(images, std::min(parts, before_));
    for (std::int64_t part = before_; part < parts; ++part) x = through_part(std::move(x), images.shape(), part);
    return x;
  }
  X through_part(X x, const Shape& images, std::int64_t part) const {
    return network.through_part(part == before_ ? inserted(x) : std::move(x), images, part);
  }
  Features<X> continued(X x, const Shape& images, std::int64_t parts) const {
    for (; parts < depth(); ++parts) x = through_part(std::move(x), images, parts);
    return network.continued(std::move(x), images, parts);
  }
  std::int64_t part_of(std::string_view name) const { return name == name_of_tokens ? before_ : network.part_of(name); }
  std::set<std::string> plain_names() const { return network.plain_names(); }
  bool starts_at_zero(std::string_view name) const { return network.starts_at_zero(name); }
  std::string settings() const {
    return network.settings() + ", " + std::to_string(tokens_.shape()[1]) + " tokens put in before block " + std::to_string(before_);
  }
  void set_checkpointing(bool wanted) { network.set_checkpointing(wanted); }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    constexpr std::string_view network_prefix = "backbone.";
    std::string outer = prefix;
    if (outer.ends_with(network_prefix)) outer.resize(outer.size() - network_prefix.size());
    visitor(outer.append(name_of_tokens), tokens_);
    network.visit(visitor, prefix);
  }

 private:
  static constexpr std::string_view name_of_tokens = "learnable_aggregation_tokens";

  static X validated(const Shape& tokens, std::int64_t before, std::int64_t depth) {
    VPR_REQUIRE(ConfigError, tokens[1] > 0 && before >= 0 && before < depth, "token insertion: got ", tokens[1], " tokens before block ",
                before, ", want one at least, before a block in [0, ", depth, ")");
    return X::zeros(tokens);
  }

  std::int64_t before_;
  X tokens_;
};

}  // namespace vpr
