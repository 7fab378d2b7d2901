// SPDX-License-Identifier: MIT
/// @file
/// What a backbone gives to an aggregator.
#pragma once

#include <vpr/core/tensor.hpp>

#include <cstdint>

namespace vpr {

/// The patches of an image: rows and columns.
struct Grid {
  std::int64_t height = 0;
  std::int64_t width = 0;

  std::int64_t patches() const { return height * width; }
  friend bool operator==(const Grid&, const Grid&) = default;
};

/// The features of B images: one class token each, and one token a patch, row-major over the grid.
template <TensorLike X>
struct Features {
  X cls;      ///< `B×C`; empty for a backbone that has none.
  X patches;  ///< `B×N×C`, N = grid.height · grid.width.
  Grid grid;
};

}  // namespace vpr
