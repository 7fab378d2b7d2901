// SPDX-License-Identifier: MIT
/// @file
/// PNG through libspng. Needs the target `vpr::image`.
#pragma once

#ifndef VPR_WITH_IMAGE
#error "vpr/image/png.hpp needs the CMake target vpr::image (TurboJPEG and libspng): find_package(vpr COMPONENTS image), link vpr::image"
#endif

#include <vpr/image/exif.hpp>
#include <vpr/image/read_options.hpp>

#include <spng.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <string_view>

namespace vpr::detail {

inline constexpr std::array<std::uint8_t, 8> png_signature{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

/// The chunks of a PNG file that its pixels depend on, and a reader of these alone: no decoder meets text, profiles or other extras.
struct PngChunks {
  std::vector<std::span<const std::uint8_t>> parts;  ///< whole chunks, the signature first
  std::size_t data_bytes = 0;                        ///< of the compressed pixels
  std::size_t data_at = 0;
  bool transparent_colour = false;  ///< tRNS is there
  int orientation = 1;

  PngChunks(std::span<const std::uint8_t> bytes, const std::string& name) {
    parts.push_back(bytes.first(png_signature.size()));
    std::size_t at = png_signature.size();
    std::string_view type;
    const auto refuse = [&](const auto&... reasons) { fail<FormatError>(name, ": byte ", at, ": PNG: ", reasons...); };
    while (at < bytes.size() && type != "IEND") {
      const std::size_t left = bytes.size() - at;
      if (left < 12) refuse(left, " bytes left, too few for a chunk; is the file truncated?");
      const std::size_t length = big_endian(bytes.data() + at, 4);
      type = {reinterpret_cast<const char*>(bytes.data()) + at + 4, 4};
      if (length > left - 12) refuse("a chunk of ", length, " bytes, but ", left - 12, " are left; is the file truncated?");
      if (parts.size() == 1 && (type != "IHDR" || length != 13)) refuse("want the header chunk, IHDR of 13 bytes");
      if (type == "IDAT") {
        if (data_bytes == 0) data_at = at;
        data_bytes += length;
      } else if (type == "eXIf") {
        orientation = exif_orientation(bytes.subspan(at + 8, length));
      } else if (type == "tRNS") {
        transparent_colour = true;
      } else if (type != "IHDR" && type != "PLTE" && type != "IEND" && (type[0] & 0x20) == 0) {
        refuse("a chunk of an unknown kind that the pixels depend on");
      }
      if ((type[0] & 0x20) == 0 || type == "tRNS") parts.push_back(bytes.subspan(at, length + 12));
      at += length + 12;
    }
    if (data_bytes == 0) refuse("the file has no pixel data");
  }

  /// libspng's reader: the next `length` bytes of the parts.
  static int read(spng_ctx*, void* self, void* target, std::size_t length) {
    auto& chunks = *static_cast<PngChunks*>(self);
    auto* out = static_cast<std::uint8_t*>(target);
    while (length > 0) {
      if (chunks.part_ == chunks.parts.size()) return SPNG_IO_EOF;
      const auto rest = chunks.parts[chunks.part_].subspan(chunks.offset_);
      const std::size_t count = std::min(length, rest.size());
      out = std::copy_n(rest.begin(), count, out);
      length -= count;
      chunks.offset_ += count;
      if (count == rest.size()) {
        ++chunks.part_;
        chunks.offset_ = 0;
      }
    }
    return SPNG_OK;
  }

  /// Where in the file the reader stands: the chunk it reads or has just read.
  std::size_t place(std::span<const std::uint8_t> bytes) const {
    return static_cast<std::size_t>(parts[offset_ == 0 && part_ > 0 ? part_ - 1 : part_].data() - bytes.data());
  }

 private:
  std::size_t part_ = 0;
  std::size_t offset_ = 0;
};

struct SpngClose {
  void operator()(spng_ctx* context) const { spng_ctx_free(context); }
};
using Spng = std::unique_ptr<spng_ctx, SpngClose>;

/// 16-bit grey in the machine's byte order to RGB, in place at the front of a buffer of 3 bytes a pixel.
inline void grey16_to_rgb(std::vector<std::uint8_t>& pixels, ReadAs as) {
  for (std::size_t i = pixels.size() / 3; i-- > 0;) {
    std::uint16_t value;
    std::memcpy(&value, pixels.data() + 2 * i, 2);
    std::fill_n(pixels.data() + 3 * i, 3,
                static_cast<std::uint8_t>(as == ReadAs::pillow ? std::min<int>(value, 255) : (value * 255 + 32767) / 65535));
  }
}

inline std::uint8_t over_white(int value, int alpha) {
  return static_cast<std::uint8_t>((value * alpha + 255 * (255 - alpha) + 127) / 255);
}

/// RGBA over white, in place: 4 bytes a pixel become 3.
inline void rgba_over_white(std::vector<std::uint8_t>& pixels) {
  const std::size_t count = pixels.size() / 4;
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t c = 0; c < 3; ++c) pixels[3 * i + c] = over_white(pixels[4 * i + c], pixels[4 * i + 3]);
  }
  pixels.resize(3 * count);
}

/// Palette indices of `depth` bits, packed row by row, to RGB in place at the front of a buffer of 3 bytes a pixel.
/// False where an index is outside of the palette.
inline bool palette_to_rgb(std::vector<std::uint8_t>& pixels, ImageSize size, int depth,
                           std::span<const std::array<std::uint8_t, 3>> palette) {
  const std::int64_t row_bytes = (size.width * depth + 7) / 8;
  for (std::int64_t i = size.height * size.width; i-- > 0;) {
    const std::int64_t bit = i % size.width * depth;
    const int packed = pixels[static_cast<std::size_t>(i / size.width * row_bytes + bit / 8)];
    const auto index = static_cast<std::size_t>((packed >> (8 - depth - bit % 8)) & ((1 << depth) - 1));
    if (index >= palette.size()) return false;
    std::copy_n(palette[index].begin(), 3, pixels.begin() + 3 * i);
  }
  return true;
}

/// The palette's colours, over white where `transparent`.
inline std::vector<std::array<std::uint8_t, 3>> palette_of(spng_ctx* decoder, bool transparent) {
  spng_plte palette{};
  spng_trns alpha{};
  spng_get_plte(decoder, &palette);
  if (transparent) spng_get_trns(decoder, &alpha);
  std::vector<std::array<std::uint8_t, 3>> colours(palette.n_entries);
  for (std::size_t i = 0; i < colours.size(); ++i) {
    const int opacity = i < alpha.n_type3_entries ? alpha.type3_alpha[i] : 255;
    colours[i] = {over_white(palette.entries[i].red, opacity), over_white(palette.entries[i].green, opacity),
                  over_white(palette.entries[i].blue, opacity)};
  }
  return colours;
}

/// Decodes a PNG file. EXIF orientation is left to `decode_image`, which gets it here.
inline Image decode_png(std::span<const std::uint8_t> bytes, const std::string& name, const ReadOptions& options, int& orientation) {
  PngChunks chunks(bytes, name);
  orientation = chunks.orientation;
  const auto refuse = [&](std::size_t at, const auto&... reasons) { fail<FormatError>(name, ": byte ", at, ": PNG: ", reasons...); };
  const std::uint8_t* header = bytes.data() + png_signature.size() + 8;
  const ImageSize size{big_endian(header + 4, 4), big_endian(header, 4)};
  const int depth = header[8], colour = header[9];
  if (size.height == 0 || size.width == 0) refuse(16, "a size of ", size, ", both sides must be at least 1");
  const bool indexed = colour == SPNG_COLOR_TYPE_INDEXED;
  const bool transparent = options.as == ReadAs::person && (chunks.transparent_colour || (colour & 4) != 0);
  const bool grey16 = colour == SPNG_COLOR_TYPE_GRAYSCALE && depth == 16 && !transparent;
  const bool rgba = transparent && !indexed;
  require_memory(name, 16, size, (rgba ? 4 : 3) + (turns(options, orientation) ? 3 : 0),
                 static_cast<double>(bytes.size()) + 32 * static_cast<double>(size.width), options);

  const Spng decoder(spng_ctx_new(0));
  VPR_REQUIRE(Error, decoder != nullptr, name, ": libspng: out of memory");
  const auto check = [&](int status) {
    if (status != SPNG_OK) refuse(chunks.place(bytes), spng_strerror(status));
  };
  check(spng_set_png_stream(decoder.get(), PngChunks::read, &chunks));
  spng_ihdr checked{};
  check(spng_get_ihdr(decoder.get(), &checked));
  // Deflate shrinks 1032 times at most and hardly grows: anything else is a trap.
  const int samples = indexed ? 1 : 1 + (colour & 2) + (colour & 4) / 4;
  const auto raw_bytes = static_cast<std::size_t>(size.height * ((size.width * samples * depth + 7) / 8 + 1));
  if (raw_bytes / 1032 > chunks.data_bytes || chunks.data_bytes > 8 * raw_bytes + 4096) {
    refuse(chunks.data_at, size, " pixels cannot come from ", chunks.data_bytes, " bytes of data");
  }

  const int format = indexed || grey16 ? SPNG_FMT_PNG : rgba ? SPNG_FMT_RGBA8 : SPNG_FMT_RGB8;
  std::vector<std::uint8_t> out(static_cast<std::size_t>(size.height * size.width * (rgba ? 4 : 3)));
  std::size_t length = 0;
  check(spng_decoded_image_size(decoder.get(), format, &length));
  check(spng_decode_image(decoder.get(), out.data(), length, format, rgba ? SPNG_DECODE_TRNS : 0));
  check(spng_decode_chunks(decoder.get()));  // to the end, for the checksums
  if (indexed && !palette_to_rgb(out, size, depth, palette_of(decoder.get(), transparent)))
    refuse(chunks.data_at, "a pixel's colour is not in the palette");
  if (rgba) rgba_over_white(out);
  if (grey16) grey16_to_rgb(out, options.as);
  return {size, std::move(out)};
}

}  // namespace vpr::detail
