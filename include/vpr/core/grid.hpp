// SPDX-License-Identifier: MIT
/// @file
/// The cells of a map.
#pragma once

#include <vpr/core/error.hpp>

#include <cstdint>

namespace vpr {

/// The cells of a map, such as the patches of an image: rows and columns. Tokens of a map lie row-major.
struct Grid {
  std::int64_t height = 0;
  std::int64_t width = 0;

  /// @throws ShapeError  where they are more than 2^63 - 1.
  std::int64_t patches() const {
    std::int64_t cells = 0;
    VPR_REQUIRE(ShapeError, !__builtin_mul_overflow(height, width, &cells), "grid: the number of cells of ", height, "x", width,
                " overflows");
    return cells;
  }
  friend bool operator==(const Grid&, const Grid&) = default;
};

}  // namespace vpr
