// SPDX-License-Identifier: MIT
/// @file
/// What a pipeline asks of an aggregator.
#pragma once

#include <vpr/backbone/features.hpp>

#include <concepts>
#include <cstdint>
#include <string>

namespace vpr {

/// A class that turns the features of B images into B descriptors: `aggregate(features)` takes `Features` of C channels and
/// gives `B×D`, each row of unit length; `dimensions(C)` is D, known before any image; `backend` is what it runs on;
/// `visit(visitor, prefix)` shows its parameters, if it has any. It needs no base class. Each image is aggregated by
/// itself, unless the class says otherwise.
template <class A>
concept Aggregator = requires(A aggregate, const A constant, const Features<typename A::backend::tensor>& features, std::int64_t channels) {
  { constant(features) } -> std::same_as<typename A::backend::tensor>;
  { constant.dimensions(channels) } -> std::convertible_to<std::int64_t>;
  aggregate.visit([](const std::string&, auto&) {}, std::string());
};

/// An aggregator whose descriptors depend on the photos that are described together: `regions(features)` is `B×R×C`, all that each photo gives of
/// itself; `mix(regions, batch_context)` makes descriptors `B×D` of it, D = R · C; `batch_context` is the batch context, in which
/// `aggregate(features)` is both in one.
template <class A>
concept MixingAggregator = Aggregator<A> && requires(const A constant, const Features<typename A::backend::tensor>& features) {
  { constant.mix(constant.regions(features), constant.batch_context) } -> std::same_as<typename A::backend::tensor>;
};

/// Whether an aggregator reads the class token: one that does has `needs_class_token()`.
template <class A>
bool needs_class_token(const A& aggregator) {
  if constexpr (requires { aggregator.needs_class_token(); }) {
    return aggregator.needs_class_token();
  } else {
    return false;
  }
}

/// Refuses a grid that an aggregator cannot take, before there are features: one that has `require_grid(grid)` says which.
/// @throws ShapeError
template <class A>
void require_grid(const A& aggregator, Grid grid) {
  if constexpr (requires { aggregator.require_grid(grid); }) aggregator.require_grid(grid);
}

}  // namespace vpr
