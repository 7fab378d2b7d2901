// SPDX-License-Identifier: MIT
/// @file
/// An aggregator that is known by name.
#pragma once

#include <vpr/aggregator/any.hpp>
#include <vpr/aggregator/vocabulary.hpp>
#include <vpr/backbone/any.hpp>
#include <vpr/image/image.hpp>
#include <vpr/model/factory.hpp>
#include <vpr/model/recipe_start.hpp>

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace vpr {

/// What an aggregator is made for.
struct AggregatorPlace {
  std::int64_t channels = 0;                    ///< of the features
  bool unit_length = false;                     ///< whether each token is brought to unit length first
  std::function<Vocabulary()> vocabulary = {};  ///< gives the visual words of VLAD
  bool has_class_token = true;                  ///< whether the features have one
  Grid grid = {16, 16};                         ///< of the features, for an aggregator of one grid
};

/// The place behind a backbone, for photos that come to that size.
template <class B>
AggregatorPlace aggregator_place(const AnyBackbone<B>& backbone, ImageSize size, bool unit_length) {
  return {.channels = backbone.channels(),
          .unit_length = unit_length,
          .has_class_token = backbone.has_class_token(),
          .grid = backbone.grid(size.height, size.width)};
}

/// The row of an aggregator that follows a backbone's name: `dinov2-vits14+gem`.
struct NamedAggregator {
  std::string_view name;
  std::string_view meaning;
  bool learned;  ///< its parameters must be in the weight file, beside the backbone's
  Factory<AnyAggregator, AggregatorPlace> factory;
  /// The names are the aggregator's own, without those of what it is part of.
  ClusterStart clusters = {};
};

/// The rows of a set of aggregators, such as `CommonAggregators`. Defined by `<vpr/model/rows.hpp>` where `Family` is.
template <class Family>
std::vector<NamedAggregator> aggregators_of();

}  // namespace vpr
