// SPDX-License-Identifier: MIT
#pragma once

#include <vpr/aggregator.hpp>
#include <vpr/ops.hpp>

/// The class token beside the mean of the patches, at unit length.
template <class B = vpr::Cpu<>>
struct ClassAndMean {
  using backend = B;
  using X = typename B::tensor;

  std::int64_t dimensions(std::int64_t channels) const { return 2 * channels; }
  X operator()(const vpr::Features<X>& features) const {
    return vpr::l2_normalize(vpr::concat(features.cls, vpr::mean(features.patches), 1));
  }
  template <class Visitor>
  void visit(Visitor&&, const std::string&) {}  // it has no parameters
};

static_assert(vpr::Aggregator<ClassAndMean<>>);
