// SPDX-License-Identifier: MIT
/// @file
/// An aggregator that is known by name.
#pragma once

#include <vpr/aggregator/any.hpp>
#include <vpr/aggregator/vocabulary.hpp>
#include <vpr/model/factory.hpp>

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace vpr {

/// What an aggregator is made for.
struct AggregatorPlace {
  std::int64_t channels = 0;               ///< of the features
  bool unit_length = false;                ///< whether each token is brought to unit length first
  std::function<Vocabulary()> vocabulary;  ///< gives the visual words of VLAD
};

/// The row of an aggregator that follows a backbone's name: `dinov2-vits14+gem`.
struct NamedAggregator {
  std::string_view name;
  std::string_view meaning;
  bool learned;  ///< its parameters must be in the weight file, beside the backbone's
  Factory<AnyAggregator, AggregatorPlace> factory;
};

/// The rows of a set of aggregators, such as `CommonAggregators`. Defined by `<vpr/model/rows.hpp>` where `Family` is.
template <class Family>
std::vector<NamedAggregator> aggregators_of();

}  // namespace vpr
