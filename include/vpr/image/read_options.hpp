// SPDX-License-Identifier: MIT
/// @file
/// How photos are read, and what the decoders share.
#pragma once

#include <vpr/image/image.hpp>

#include <string>

namespace vpr {

/// What the pixels should equal.
enum class ReadAs {
  pillow,  ///< `Image.open(path).convert('RGB')`, which all reference codes use: EXIF orientation ignored, alpha dropped, 16-bit grey cut at 255.
  person,  ///< What a viewer shows: turned upright by EXIF, transparency over white, 16-bit grey scaled.
};

struct ReadOptions {
  ReadAs as = ReadAs::pillow;
  /// Bytes that the file, the pixels and the decoder's buffers may take together. Checked before they are allocated.
  std::int64_t max_bytes = 180'000'000;
  /// Take a truncated or damaged JPEG as far as it decodes; the rest stays grey. Refused otherwise.
  bool accept_damaged = false;
};

namespace detail {

/// Whether a photo with this EXIF orientation is to be turned.
inline bool turns(const ReadOptions& options, int orientation) { return options.as == ReadAs::person && orientation != 1; }

/// Refuses a photo whose decoding would take more memory than allowed, before any is allocated for it. `per_pixel` and `besides` are bytes.
inline void require_memory(const std::string& name, std::size_t at, ImageSize size, double per_pixel, double besides,
                           const ReadOptions& options) {
  const double bytes = static_cast<double>(size.height) * static_cast<double>(size.width) * per_pixel + besides;
  VPR_REQUIRE(FormatError, bytes <= static_cast<double>(options.max_bytes), name, ": byte ", at, ": claims ", size, " pixels, which take ",
              bytes / 1e6, " MB to decode; the limit is ", static_cast<double>(options.max_bytes) / 1e6, " MB (ReadOptions::max_bytes)");
}

/// A big-endian number of two or four bytes.
inline std::uint32_t big_endian(const std::uint8_t* bytes, int count) {
  std::uint32_t value = 0;
  for (int i = 0; i < count; ++i) value = value << 8 | bytes[i];
  return value;
}

}  // namespace detail
}  // namespace vpr
