// SPDX-License-Identifier: MIT
/// @file
/// The window that a convolution slides over a map.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/core/grid.hpp>

namespace vpr {

/// A square window of `kernel` cells a side that moves by `stride` over a map with `padding` cells of zeros around it.
struct Window {
  std::int64_t kernel = 1;
  std::int64_t stride = 1;
  std::int64_t padding = 0;

  /// @throws ConfigError  for a window that cannot be, or one of more than 32768 cells a side.
  void validate() const {
    constexpr std::int64_t most = 32768;  // keeps every size that is computed of it in its range
    VPR_REQUIRE(ConfigError, kernel > 0 && stride > 0 && padding >= 0 && kernel <= most && stride <= most && padding <= most,
                "window: got a kernel of ", kernel, ", a stride of ", stride, " and a padding of ", padding,
                ", expected at least 1, 1 and 0 and at most ", most);
  }
  /// Whether it sees each cell alone: its convolution is a product of the map as it is.
  bool is_pointwise() const { return kernel == 1 && stride == 1 && padding == 0; }
  std::int64_t cells() const { return kernel * kernel; }
  /// The positions of the window on a map of this size: the grid of a convolution's result.
  Grid positions(Grid map) const { return {positions(map.height), positions(map.width)}; }
  /// The map that this window has these positions on, `extra` rows and columns larger: the grid of a transposed convolution's result.
  Grid map(Grid positions, std::int64_t extra = 0) const { return {side(positions.height) + extra, side(positions.width) + extra}; }

 private:
  std::int64_t positions(std::int64_t side) const { return side + 2 * padding < kernel ? 0 : (side + 2 * padding - kernel) / stride + 1; }
  std::int64_t side(std::int64_t positions) const { return (positions - 1) * stride - 2 * padding + kernel; }
};

}  // namespace vpr
