// SPDX-License-Identifier: MIT
/// @file
/// Crops as torchvision cuts them.
#pragma once

#include <vpr/image/image.hpp>

#include <algorithm>
#include <array>

namespace vpr {
namespace detail {

/// Where torchvision's centre crop begins along a side: half the rest, halves to even; negative where the crop is longer.
inline std::int64_t centre_offset(std::int64_t side, std::int64_t crop) {
  if (crop > side) return -((crop - side) / 2);
  const std::int64_t half = (side - crop) / 2;
  return half + ((side - crop) % 2 == 1 && half % 2 == 1 ? 1 : 0);
}

}  // namespace detail

/// The pixels from row `top` and column `left` on. What lies outside of `planes` is 0.
/// @throws ShapeError for a negative size, or a place or size beyond 2^31
inline Planes crop(const Planes& planes, std::int64_t top, std::int64_t left, ImageSize size) {
  VPR_REQUIRE(ShapeError, std::max(top, left) <= detail::largest_side && std::min(top, left) >= -detail::largest_side,
              "crop: got the place ", top, ", ", left, ", expected at most ", detail::largest_side, " either way");
  Planes out(size);
  const std::int64_t first_row = std::max<std::int64_t>(0, -top), last_row = std::min(size.height, planes.size.height - top);
  const std::int64_t first = std::max<std::int64_t>(0, -left), last = std::min(size.width, planes.size.width - left);
  for (int c = 0; c < 3; ++c) {
    for (std::int64_t y = first_row; y < last_row && first < last; ++y) {
      const float* row = planes.plane(c) + (top + y) * planes.size.width + left;
      std::copy(row + first, row + last, out.plane(c) + y * size.width + first);
    }
  }
  return out;
}

/// The middle of `planes`, as `torchvision.transforms.CenterCrop` cuts it: zeros around where it is too small.
inline Planes centre_crop(const Planes& planes, ImageSize size) {
  detail::require_extent(size, "centre crop");
  return crop(planes, detail::centre_offset(planes.size.height, size.height), detail::centre_offset(planes.size.width, size.width), size);
}

/// The four corners (top left, top right, bottom left, bottom right) and the middle, as `torchvision.transforms.FiveCrop`:
/// CricaVPR's way with queries of different sizes, after the shorter side was resized.
/// @throws ShapeError where `planes` is smaller than a crop.
inline std::array<Planes, 5> five_crops(const Planes& planes, ImageSize size) {
  detail::require_extent(size, "five crops");
  const std::int64_t bottom = planes.size.height - size.height, right = planes.size.width - size.width;
  VPR_REQUIRE(ShapeError, bottom >= 0 && right >= 0, "five crops: crops of ", size, " don't fit into ", planes.size);
  return {crop(planes, 0, 0, size), crop(planes, 0, right, size), crop(planes, bottom, 0, size), crop(planes, bottom, right, size),
          centre_crop(planes, size)};
}

}  // namespace vpr
