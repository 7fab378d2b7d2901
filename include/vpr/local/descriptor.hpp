// SPDX-License-Identifier: MIT
/// @file
/// A second descriptor in place of local features.
#pragma once

#include <vpr/aggregator/concept.hpp>
#include <vpr/local/concept.hpp>
#include <vpr/ops/layout.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace vpr {

/// An aggregator's descriptor as the only local feature of a photo, on a grid of one place: candidates that a short descriptor found are looked at
/// again by a long one (SelaVPR++). Its parameters are the aggregator's.
template <Aggregator A>
struct DescriptorHead {
  using backend = typename A::backend;
  using X = typename backend::tensor;

  A aggregator;

  explicit DescriptorHead(A aggregator_) : aggregator(std::move(aggregator_)) {}

  std::int64_t channels(std::int64_t backbone_channels) const { return aggregator.dimensions(backbone_channels); }
  LocalTokens<X> operator()(const Features<X>& features) const {
    X descriptors = aggregator(features);
    const Shape shape = descriptors.shape();
    return {reshape(std::move(descriptors), Shape{shape[0], 1, shape[1]}), {1, 1}};
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    aggregator.visit(visitor, prefix);
  }
};

}  // namespace vpr
