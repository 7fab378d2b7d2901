// SPDX-License-Identifier: MIT
/// @file
/// The cells of a map.
#pragma once

#include <vpr/core/requirements.hpp>

#include <cstdint>

namespace vpr {

/// The cells of a map, such as the patches of an image: rows and columns. Tokens of a map lie row-major.
struct Grid {
  std::int64_t height = 0;
  std::int64_t width = 0;

  std::int64_t patches() const { return height * width; }
  friend bool operator==(const Grid&, const Grid&) = default;
};

}  // namespace vpr
