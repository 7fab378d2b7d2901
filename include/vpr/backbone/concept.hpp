// SPDX-License-Identifier: MIT
/// @file
/// What a pipeline asks of a backbone.
#pragma once

#include <vpr/backbone/features.hpp>
#include <vpr/backbone/tap.hpp>
#include <vpr/core/shape.hpp>

#include <concepts>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vpr {

/// A network that turns images into features: `network(images)` takes `B×3×H×W` normalised planes and gives `Features`;
/// `channels()` is their C; `multiple()` is what H and W must be multiples of, in pixels; `grid(H, W)`, if it has it, gives the features' grid before
/// there are any; `has_class_token()`, which is for one that has none to say; `backend` is what it runs on.
template <class N>
concept Backbone = requires(const N network, typename N::backend::tensor images) {
  { network(images) } -> std::same_as<Features<typename N::backend::tensor>>;
  { network.channels() } -> std::convertible_to<std::int64_t>;
  { network.multiple() } -> std::convertible_to<std::int64_t>;
};

/// Whether a backbone's features have a class token: so they do where it does not say.
template <class N>
bool has_class_token(const N& network) {
  if constexpr (requires { network.has_class_token(); }) {
    return network.has_class_token();
  } else {
    return true;
  }
}

/// A backbone that is a sequence of parts, numbered from 0: a transformer's blocks, or the stages of a convolutional network. So features
/// are taken of it early, its first parts are frozen and computed once, and adapters in it are distinguished from the published network.
///
/// `depth()` is how many parts there are; `channels(tap)` and `grid(H, W, tap)` are the features' channels and grid at a tap, without one at the end.
/// `at(images, taps)` gives the features at several taps from one
/// pass to the deepest. `before(images, n)` is the tensor, images first, that the first n parts make, `through_part(x, shape, n)` what
/// part n makes of that, and `continued(x, shape, n)` the features at the network's end from it, where `shape` is that of the images; together
/// they have the bits of the network. `part_of(name)` is the part that a parameter belongs to, -1 before the first, `depth()` behind the last.
/// `plain_names()` are the names of the parameters without those of adapters, and `starts_at_zero(name)` is true for those of adapters that begin at
/// zero, so that an adapter changes nothing at first. `settings()` is what decides the features beside the parameters, as text.
/// `set_checkpointing(wanted)`: see `checkpoint`.
template <class N>
concept PartedBackbone = Backbone<N> && requires(N network, const N constant, typename N::backend::tensor x, std::span<const Tap> taps,
                                                 Tap tap, std::int64_t number, const Shape& shape, std::string_view name) {
  { constant.depth() } -> std::convertible_to<std::int64_t>;
  { constant.channels(tap) } -> std::convertible_to<std::int64_t>;
  { constant.grid(number, number) } -> std::same_as<Grid>;
  { constant.grid(number, number, tap) } -> std::same_as<Grid>;
  { constant.at(x, taps) } -> std::same_as<std::vector<Features<typename N::backend::tensor>>>;
  { constant.before(x, number) } -> std::same_as<typename N::backend::tensor>;
  { constant.through_part(x, shape, number) } -> std::same_as<typename N::backend::tensor>;
  { constant.continued(x, shape, number) } -> std::same_as<Features<typename N::backend::tensor>>;
  { constant.part_of(name) } -> std::convertible_to<std::int64_t>;
  { constant.plain_names() } -> std::same_as<std::set<std::string>>;
  { constant.starts_at_zero(name) } -> std::convertible_to<bool>;
  { constant.settings() } -> std::convertible_to<std::string>;
  network.set_checkpointing(true);
};

}  // namespace vpr
