// SPDX-License-Identifier: MIT
/// @file
/// A backbone's own tokens as local features.
#pragma once

#include <vpr/backend/cpu.hpp>
#include <vpr/local/concept.hpp>
#include <vpr/ops/normalization.hpp>

#include <cstdint>
#include <string>

namespace vpr {

/// The patch tokens as they come, each brought to unit length: any backbone can re-rank with them, untrained. D = C.
template <class B = Cpu<f32>>
struct Patches {
  using backend = B;
  using X = typename B::tensor;

  std::int64_t channels(std::int64_t backbone_channels) const { return backbone_channels; }
  LocalTokens<X> operator()(const Features<X>& features) const { return {l2_normalize(features.patches), features.grid}; }

  template <class Visitor>
  void visit(Visitor&&, const std::string&) {}
};

static_assert(LocalHead<Patches<>>);

}  // namespace vpr
