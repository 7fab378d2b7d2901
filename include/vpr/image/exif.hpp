// SPDX-License-Identifier: MIT
/// @file
/// Which way up a photo was taken, by its EXIF data.
#pragma once

#include <vpr/image/image.hpp>

#include <algorithm>

namespace vpr {
namespace detail {

/// The orientation tag (1 to 8) of a TIFF block as EXIF stores it. 1, upright, where the tag is missing or the block makes no sense:
/// EXIF is a remark about the photo, broken remarks don't make it unreadable.
inline int exif_orientation(std::span<const std::uint8_t> tiff) {
  if (tiff.size() < 8 || tiff[0] != tiff[1] || (tiff[0] != 'I' && tiff[0] != 'M')) return 1;
  const bool little = tiff[0] == 'I';
  const auto number = [&](std::size_t at, std::size_t bytes) {
    std::size_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i) value = value << 8 | tiff[at + (little ? bytes - 1 - i : i)];
    return value;
  };
  const std::size_t directory = number(4, 4);
  if (directory > tiff.size() - 2) return 1;
  const std::size_t entries = std::min(number(directory, 2), (tiff.size() - 2 - directory) / 12);
  for (std::size_t entry = directory + 2; entry < directory + 2 + 12 * entries; entry += 12) {
    if (number(entry, 2) != 0x112) continue;
    const std::size_t orientation = number(entry + 8, 2);
    return number(entry + 2, 2) == 3 && orientation >= 1 && orientation <= 8 ? static_cast<int>(orientation) : 1;
  }
  return 1;
}

}  // namespace detail

/// `photo` turned upright by its EXIF `orientation`, 1 to 8; 5 to 8 exchange the sides.
inline Image apply_orientation(const RgbPhoto& photo, int orientation) {
  VPR_REQUIRE(ConfigError, orientation >= 1 && orientation <= 8, "EXIF orientation: got ", orientation, ", expected 1 to 8");
  const bool exchange = orientation >= 5, mirror_x = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool mirror_y = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  Image out(exchange ? ImageSize{photo.width, photo.height} : photo.size());
  for (std::int64_t y = 0; y < out.height(); ++y) {
    for (std::int64_t x = 0; x < out.width(); ++x) {
      const std::int64_t row = exchange ? x : y, column = exchange ? y : x;
      const std::uint8_t* source = photo.row(mirror_y ? photo.height - 1 - row : row) + 3 * (mirror_x ? photo.width - 1 - column : column);
      std::copy(source, source + 3, out.row(y) + 3 * x);
    }
  }
  return out;
}

}  // namespace vpr
