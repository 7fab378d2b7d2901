// SPDX-License-Identifier: MIT
/// @file
/// Which way up a photo was taken, by its EXIF data.
#pragma once

#include <vpr/image/image.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace vpr {
namespace detail {

/// The orientation tag of a TIFF block as EXIF stores it, with "Exif" before it or not; nothing where the tag is missing or the block makes
/// no sense: EXIF is a remark about the photo, broken remarks don't make it unreadable.
inline std::optional<std::size_t> exif_tag(std::span<const std::uint8_t> tiff) {
  constexpr std::string_view mark("Exif\0\0", 6);
  if (tiff.size() >= mark.size() && std::equal(mark.begin(), mark.end(), tiff.begin())) tiff = tiff.subspan(mark.size());
  if (tiff.size() < 8 || tiff[0] != tiff[1] || (tiff[0] != 'I' && tiff[0] != 'M')) return std::nullopt;
  const bool little = tiff[0] == 'I';
  const auto number = [&](std::size_t at, std::size_t bytes) {
    std::size_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i) value = value << 8 | tiff[at + (little ? bytes - 1 - i : i)];
    return value;
  };
  const std::size_t directory = number(4, 4);
  if (directory > tiff.size() - 2) return std::nullopt;
  const std::size_t entries = std::min(number(directory, 2), (tiff.size() - 2 - directory) / 12);
  for (std::size_t entry = directory + 2; entry < directory + 2 + 12 * entries; entry += 12) {
    if (number(entry, 2) != 0x112) continue;
    const std::size_t type = number(entry + 2, 2);  // whole numbers of two bytes or of four
    return type == 3 || type == 8 ? number(entry + 8, 2) : type == 4 || type == 9 ? number(entry + 8, 4) : 0;
  }
  return std::nullopt;
}

/// What a photo's remarks say about its orientation: EXIF's tag, or XMP's where EXIF has none, as Pillow takes them.
class OrientationRemarks {
 public:
  void read_exif(std::span<const std::uint8_t> block) { exif_ = exif_tag(block); }
  void read_xmp(std::string_view text) {
    constexpr std::string_view tag = "tiff:Orientation";
    for (std::size_t at = text.find(tag); at != text.npos; at = text.find(tag, at + 1)) {
      std::string_view rest = text.substr(at + tag.size());
      for (const std::string_view before : {"=\"", ">"}) {
        if (!rest.starts_with(before) || rest.size() == before.size()) continue;
        const char digit = rest[before.size()];
        if (digit >= '0' && digit <= '9') xmp_ = static_cast<std::size_t>(digit - '0');
        return;
      }
    }
  }

  /// 1 to 8; 1, upright, where there is no remark that makes sense.
  int value() const {
    const std::size_t orientation = exif_ ? *exif_ : xmp_.value_or(1);
    return orientation >= 1 && orientation <= 8 ? static_cast<int>(orientation) : 1;
  }

 private:
  std::optional<std::size_t> exif_, xmp_;
};

inline int exif_orientation(std::span<const std::uint8_t> tiff) {
  OrientationRemarks remarks;
  remarks.read_exif(tiff);
  return remarks.value();
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
