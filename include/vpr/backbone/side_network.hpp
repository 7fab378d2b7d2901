// SPDX-License-Identifier: MIT
/// @file
/// Small trained networks beside a frozen one.
#pragma once

#include <vpr/backbone/concept.hpp>
#include <vpr/backbone/dinov2.hpp>

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vpr {

/// The part of a side network beside one block: a class template over the backend, made from the network's `VitConfig`. `adapter(y, x,
/// layout)` gets the side network's tokens and those that the block made, `B×T×C` laid out as `layout` says, and gives the side network's
/// next ones. `visit` shows its parameters; `starts_at_zero(name)` is true for those of its last projection.
template <class A, class B>
concept SideAdapter = std::constructible_from<A, const VitConfig&> &&
    requires(A adapter, const A constant, typename B::tensor x, const TokenLayout& layout) {
  { constant(x, x, layout) } -> std::same_as<typename B::tensor>;
  { A::starts_at_zero(std::string_view()) } -> std::same_as<bool>;
  adapter.visit([](const std::string&, auto&) {}, std::string());
};

struct SideSettings {
  /// Of each side network, what checkpoints call its adapters; their features stand side by side, in this order.
  std::vector<std::string> names = {"adapters"};
  std::int64_t first = 0;  ///< the block beside which the first adapter stands
};

/// A transformer with side networks: each begins with what the block `first` gets, and goes on from block to block by its adapters,
/// reading what the blocks make; the blocks never see it (Sung et al., NeurIPS 2022; SelaVPR++, EDTformer). So a training computes no
/// gradient of the network, and keeps nothing of it. The features are those of the side networks behind the network's last normalisation,
/// their channels one after the other.
///
/// A `PartedBackbone` itself, over `DinoV2`; taps of a block give the network's own features. Its adapters are `adapters.0`,
/// `adapters.1`, ... Goldens edtformer_*, selavprpp_*.
///
/// @tparam Side  the adapter: see `SideAdapter`
template <template <class> class Side, class Config = VitConfig, class B = Cpu<f32>>
class SideNetwork {
  static_assert(SideAdapter<Side<B>, B>,
                "the first argument of SideNetwork must be constructible from VitConfig and have (y, x, layout) giving a tensor, "
                "starts_at_zero(name) and visit(visitor, prefix): see SideAdapter in vpr/backbone/side_network.hpp");

 public:
  using backend = B;
  using X = typename B::tensor;

  DinoV2<Config, NoAdapter, B> network;

  explicit SideNetwork(Config config = {}, SideSettings settings = {})
      : SideNetwork(config, std::move(settings), [](const VitConfig& sizes) { return Side<B>(sizes); }) {}
  /// With adapters of one's own settings: `make(config)` gives one.
  /// @throws ConfigError  for no side network, or a first block that there is not.
  template <class Make>
  requires std::convertible_to<std::invoke_result_t<Make, const VitConfig&>, Side<B>> SideNetwork(Config config, SideSettings settings,
                                                                                                  Make make)
      : network(config), settings_(std::move(settings)) {
    VPR_REQUIRE(ConfigError, !settings_.names.empty() && settings_.first >= 0 && settings_.first < depth(), "side network: got ",
                settings_.names.size(), " of them from block ", settings_.first, " on, want one at least, from a block in [0, ", depth(),
                ")");
    adapters_.resize(settings_.names.size());
    for (auto& adapters : adapters_) {
      for (std::int64_t i = settings_.first; i < depth(); ++i) adapters.push_back(make(network.config()));
    }
  }

  /// The adapters of a side network, the first block's first.
  const std::vector<Side<B>>& adapters(std::size_t side) const& { return adapters_.at(side); }
  std::vector<Side<B>>& adapters(std::size_t side) & { return adapters_.at(side); }
  void adapters(std::size_t) const&& = delete;
  /// Where the tokens lie of an image that gives that grid.
  TokenLayout layout(Grid grid) const { return {1 + network.config().registers, grid}; }

  std::int64_t channels(Tap tap = {}) const { return tap.block < 0 ? sides() * network.channels() : network.channels(tap); }
  std::int64_t multiple() const { return network.multiple(); }
  Grid grid(std::int64_t height, std::int64_t width, Tap tap = {}) const { return network.grid(height, width, tap); }
  Features<X> operator()(const X& images, Tap tap = {}) const { return std::move(at(images, std::span(&tap, 1))[0]); }
  std::vector<Features<X>> at(const X& images, std::span<const Tap> taps) const {
    std::vector<Features<X>> found(taps.size());
    const Shape shape = images.shape();
    for_each_tap(
        State{network.before(images, 0), {}}, depth(), taps,
        [&](std::int64_t block, State state) { return next(block, std::move(state), shape); },
        [&](std::size_t i, const State& state) {
          found[i] = taps[i].block < 0 ? end(state, shape) : network.taken(state.x, shape, taps[i]);
        });
    return found;
  }

  // Of parts, see `PartedBackbone`: the network's. Beside the network's tokens stand those of the side networks, channel by channel.
  std::int64_t depth() const { return network.depth(); }
  X before(const X& images, std::int64_t parts) const {
    X x = network.before(images, std::min(parts, settings_.first));
    for (std::int64_t part = settings_.first; part < parts; ++part) x = through_part(std::move(x), images.shape(), part);
    return x;
  }
  X through_part(X x, const Shape& images, std::int64_t part) const {
    State state = next(part, unpacked(std::move(x), part), images);
    for (const X& side : state.sides) state.x = concat(state.x, side, 2);
    return std::move(state.x);
  }
  Features<X> continued(X x, const Shape& images, std::int64_t parts) const {
    State state = unpacked(std::move(x), parts);
    for (; parts < depth(); ++parts) state = next(parts, std::move(state), images);
    return end(state, images);
  }
  std::int64_t part_of(std::string_view name) const {
    for (const std::string& side : settings_.names) {
      if (!name.starts_with(side + '.')) continue;
      std::int64_t adapter = 0;
      std::from_chars(name.data() + side.size() + 1, name.data() + name.size(), adapter);
      return settings_.first + adapter;
    }
    return network.part_of(name);
  }
  std::set<std::string> plain_names() const { return network.plain_names(); }
  bool starts_at_zero(std::string_view name) const { return Side<B>::starts_at_zero(name); }
  std::string settings() const {
    return network.settings() + ", " + std::to_string(sides()) + " side networks from block " + std::to_string(settings_.first) + " on";
  }
  /// Of the network's own blocks, which are frozen in most trainings.
  void set_checkpointing(bool wanted) { network.set_checkpointing(wanted); }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    network.visit(visitor, prefix);
    for (std::size_t side = 0; side < adapters_.size(); ++side) {
      for (std::size_t i = 0; i < adapters_[side].size(); ++i)
        adapters_[side][i].visit(visitor, prefix + settings_.names[side] + "." + std::to_string(i) + ".");
    }
  }

 private:
  /// The network's tokens and the side networks', which have none of their own before their first block.
  struct State {
    X x;
    std::vector<X> sides;
  };

  std::int64_t sides() const { return std::ssize(adapters_); }

  State next(std::int64_t block, State state, const Shape& images) const {
    if (block == settings_.first) state.sides.assign(adapters_.size(), state.x);
    state.x = network.through_part(std::move(state.x), images, block);
    const TokenLayout tokens = layout(network.grid(images[2], images[3]));
    for (std::size_t side = 0; side < state.sides.size(); ++side) {
      const Side<B>& adapter = adapters_[side][static_cast<std::size_t>(block - settings_.first)];
      state.sides[side] = adapter(state.sides[side], state.x, tokens);
    }
    return state;
  }

  Features<X> end(const State& state, const Shape& images) const {
    Features<X> all = network.continued(state.sides[0], images, depth());
    for (std::size_t side = 1; side < state.sides.size(); ++side) {
      const Features<X> more = network.continued(state.sides[side], images, depth());
      all.cls = concat(all.cls, more.cls, 1);
      all.patches = concat(all.patches, more.patches, 2);
    }
    return all;
  }

  /// What `through_part` gave after `parts` parts.
  State unpacked(X x, std::int64_t parts) const {
    if (parts <= settings_.first) return {std::move(x), {}};
    const std::int64_t channels = network.channels();
    VPR_REQUIRE(ShapeError, x.shape().rank() == 3 && x.shape()[2] == (1 + sides()) * channels, "side network: got tokens ", x.shape(),
                ", want those of the network and of ", sides(), " side networks, ", channels, " channels each");
    State state{slice(x, 2, 0, channels), {}};
    for (std::int64_t side = 1; side <= sides(); ++side) state.sides.push_back(slice(x, 2, side * channels, (side + 1) * channels));
    return state;
  }

  SideSettings settings_;
  std::vector<std::vector<Side<B>>> adapters_;
};

}  // namespace vpr
