// SPDX-License-Identifier: MIT
/// @file
/// How photos are read, and what the decoders share.
#pragma once

#include <vpr/image/image.hpp>

#include <cmath>
#include <string>

namespace vpr {

/// What the pixels should equal.
enum class ReadAs {
  pillow,  ///< `Image.open(path).convert('RGB')`, which all reference codes use: EXIF orientation ignored, alpha dropped, 16-bit grey cut at 255.
  person,  ///< What a viewer shows: turned upright by EXIF, transparency over white, 16-bit grey scaled.
};

/// How a photo is read; the same for every function that reads one. The defaults are what the published descriptors were computed with.
struct ReadOptions {
  ReadAs as = ReadAs::pillow;
  /// Turn the photo upright by its EXIF orientation and leave all else as `as` says. `ReadAs::person` does so too.
  bool upright = false;
  /// Take a truncated or damaged JPEG or PNG as far as it decodes; the rest is grey or black. Refused otherwise.
  bool accept_damaged = false;
  /// Pixels that a photo may have, in millions. Refused beyond, before memory is taken for them. Each format's header says how many bytes a
  /// pixel its decoder needs; a file may be 16 bytes a pixel long, and 1 MB more.
  double max_megapixels = 200;
};

namespace detail {

/// Whether a photo with this EXIF orientation is to be turned.
inline bool turns(const ReadOptions& options, int orientation) {
  return (options.upright || options.as == ReadAs::person) && orientation != 1;
}

/// Refuses a limit that is none.
inline void require_limit(const ReadOptions& options) {
  VPR_REQUIRE(ConfigError, options.max_megapixels > 0, "ReadOptions::max_megapixels: got ", options.max_megapixels,
              ", expected more than 0");
}

/// Refuses an empty photo, and one of more pixels than are allowed. `at` is where the file says so.
inline void require_readable(const std::string& name, std::size_t at, ImageSize size, const ReadOptions& options) {
  require_limit(options);
  VPR_REQUIRE(FormatError, size.height > 0 && size.width > 0, name, ": byte ", at, ": a size of ", size, ", both sides must be at least 1");
  const double megapixels = static_cast<double>(size.height) * static_cast<double>(size.width) / 1e6;
  VPR_REQUIRE(FormatError, megapixels <= options.max_megapixels && megapixels * 1e6 <= static_cast<double>(most_pixels), name, ": byte ",
              at, ": claims ", size, " pixels, ", megapixels, " megapixels; the limit is ", options.max_megapixels,
              " (ReadOptions::max_megapixels, or --max-megapixels)");
}

/// A big-endian number of two or four bytes.
inline std::uint32_t big_endian(const std::uint8_t* bytes, int count) {
  std::uint32_t value = 0;
  for (int i = 0; i < count; ++i) value = value << 8 | bytes[i];
  return value;
}

/// A little-endian number of two or four bytes.
inline std::uint32_t little_endian(const std::uint8_t* bytes, int count) {
  std::uint32_t value = 0;
  for (int i = count; i-- > 0;) value = value << 8 | bytes[i];
  return value;
}

/// RGBA to RGB in place, 4 bytes a pixel become 3: the alpha dropped, or the colours laid over white.
inline std::uint8_t over_white(int value, int alpha) {
  return static_cast<std::uint8_t>((value * alpha + 255 * (255 - alpha) + 127) / 255);
}
inline void rgba_to_rgb(std::vector<std::uint8_t>& pixels, bool white) {
  const std::size_t count = pixels.size() / 4;
  for (std::size_t i = 0; i < count; ++i) {
    const int alpha = white ? pixels[4 * i + 3] : 255;
    for (std::size_t c = 0; c < 3; ++c) pixels[3 * i + c] = over_white(pixels[4 * i + c], alpha);
  }
  pixels.resize(3 * count);
}

}  // namespace detail
}  // namespace vpr
