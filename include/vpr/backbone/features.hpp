// SPDX-License-Identifier: MIT
/// @file
/// What a backbone gives to an aggregator.
#pragma once

#include <vpr/core/grid.hpp>
#include <vpr/core/tensor.hpp>

#include <vector>

namespace vpr {

/// The features of B images: one class token each, and one token a patch, row-major over the grid.
template <TensorLike X>
struct Features {
  X cls;      ///< `B×C`; empty for a backbone that has none.
  X patches;  ///< `B×N×C`, N = grid.height · grid.width.
  Grid grid;
  X inserted = {};                    ///< `B×M×C`: learned tokens that were put in before a block, see `TokenInsertion`; empty for most.
  std::vector<Features> levels = {};  ///< those of earlier parts, the earliest first, see `MultiLevel`; none for most.
};

}  // namespace vpr
