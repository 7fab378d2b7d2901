// SPDX-License-Identifier: MIT
/// @file
/// What a pipeline asks of a backbone.
#pragma once

#include <vpr/backbone/features.hpp>

#include <concepts>
#include <cstdint>

namespace vpr {

/// A network that turns images into features: `network(images)` takes `B×3×H×W` normalised planes and gives `Features`;
/// `channels()` is their C; `multiple()` is what H and W must be multiples of, in pixels; `grid(H, W)`, if it has it, gives the features' grid before there are any; `backend` is what it runs on.
template <class N>
concept Backbone = requires(const N network, typename N::backend::tensor images) {
  { network(images) } -> std::same_as<Features<typename N::backend::tensor>>;
  { network.channels() } -> std::convertible_to<std::int64_t>;
  { network.multiple() } -> std::convertible_to<std::int64_t>;
};

}  // namespace vpr
