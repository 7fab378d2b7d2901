// SPDX-License-Identifier: MIT
/// @file
/// An aggregator of features of several levels.
#pragma once

#include <vpr/aggregator/concept.hpp>
#include <vpr/core/error.hpp>
#include <vpr/ops/layout.hpp>
#include <vpr/ops/normalization.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace vpr {

/// An aggregator for each level of a network's features (`MultiLevel`); their descriptors side by side, the earliest level's first, at unit length.
/// Each level counts the same, since the descriptor of each has unit length. D is the sum of theirs. The parameters of level i, counted from 0, are
/// those of its aggregator under `i.`.
template <Aggregator A>
class EachLevel {
 public:
  using backend = typename A::backend;
  using X = typename backend::tensor;

  /// @param aggregators  one for each level
  /// @param channels     of each level
  /// @throws ConfigError  for no level, or lists that differ in length
  EachLevel(std::vector<A> aggregators, std::vector<std::int64_t> channels)
      : aggregators_(std::move(aggregators)), channels_(std::move(channels)) {
    VPR_REQUIRE(ConfigError, !aggregators_.empty() && aggregators_.size() == channels_.size(), "EachLevel: got ", aggregators_.size(),
                " aggregators for ", channels_.size(), " levels, want one for each");
  }

  std::int64_t dimensions(std::int64_t) const {
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < aggregators_.size(); ++i) sum += aggregators_[i].dimensions(channels_[i]);
    return sum;
  }
  bool needs_class_token() const { return vpr::needs_class_token(aggregators_[0]); }

  /// @throws ShapeError  if the features have another number of levels.
  X operator()(const Features<X>& features) const {
    VPR_REQUIRE(ShapeError, features.levels.size() + 1 == aggregators_.size(), "EachLevel: got features of ", features.levels.size() + 1,
                " levels, want ", aggregators_.size(), ": see MultiLevel in vpr/backbone/multi_level.hpp");
    X all;
    for (std::size_t i = 0; i < aggregators_.size(); ++i) {
      const X one = aggregators_[i](i < features.levels.size() ? features.levels[i] : features);
      all = i == 0 ? one : concat(all, one, 1);
    }
    return l2_normalize(all);
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    for (std::size_t i = 0; i < aggregators_.size(); ++i) aggregators_[i].visit(visitor, prefix + std::to_string(i) + '.');
  }

 private:
  std::vector<A> aggregators_;
  std::vector<std::int64_t> channels_;
};

}  // namespace vpr
