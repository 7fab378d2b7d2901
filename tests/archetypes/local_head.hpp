// SPDX-License-Identifier: MIT
#pragma once

#include <vpr/local.hpp>
#include <vpr/ops.hpp>

/// The patch tokens without the first of each image's rows, where the sky is.
template <class B = vpr::Cpu<>>
struct BelowTheSky {
  using backend = B;
  using X = typename B::tensor;

  std::int64_t channels(std::int64_t backbone_channels) const { return backbone_channels; }
  vpr::LocalTokens<X> operator()(const vpr::Features<X>& features) const {
    const auto [height, width] = features.grid;
    return {vpr::l2_normalize(vpr::slice(features.patches, 1, width, height * width)), {height - 1, width}};
  }
  template <class Visitor>
  void visit(Visitor&&, const std::string&) {}  // it has no parameters
};

static_assert(vpr::LocalHead<BelowTheSky<>>);
