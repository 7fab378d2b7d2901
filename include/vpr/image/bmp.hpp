// SPDX-License-Identifier: MIT
/// @file
/// Windows bitmaps, as Pillow reads them.
///
/// Memory: 3 bytes a pixel; 4 where run-length coded.
#pragma once

#include <vpr/image/read_options.hpp>

#include <algorithm>
#include <array>
#include <span>

namespace vpr::detail {

/// How a bitmap's pixels are stored.
struct BmpHeader {
  ImageSize size;
  int bits = 0;
  std::uint32_t compression = 0;  ///< 0 none, 1 and 2 runs of 8 and 4 bits, 3 masks
  bool top_down = false;
  std::size_t pixels_at = 0;
  std::array<std::uint32_t, 4> masks{};                    ///< red, green, blue, alpha
  std::array<std::array<std::uint8_t, 3>, 256> palette{};  ///< RGB; black where the file has no colour
};

/// Reads the headers and the palette.
class BmpReader {
 public:
  BmpReader(std::span<const std::uint8_t> bytes, const std::string& name) : bytes_(bytes), name_(name) {}

  template <class... Parts>
  [[noreturn]] void refuse(std::size_t at, const Parts&... parts) const {
    fail<FormatError>(name_, ": byte ", at, ": BMP: ", parts...);
  }

  BmpHeader read() {
    BmpHeader header;
    header.pixels_at = number(10, 4);
    const std::size_t length = number(14, 4);
    const bool known = length == 12 || length == 40 || length == 52 || length == 56 || length == 64 || length == 108 || length == 124;
    if (!known) refuse(14, "a header of ", length, " bytes, want 12, 40, 52, 56, 64, 108 or 124");
    std::size_t at = 14 + length, colours = 0;
    const bool old = length == 12;
    number(at - 1, 1);  // all of it is there
    if (old) {
      header.size = {number(20, 2), number(18, 2)};
      header.bits = static_cast<int>(number(24, 2));
    } else {
      header.top_down = number(25, 1) == 0xFF;
      header.size = {number(22, 4), number(18, 4)};
      if (header.top_down) header.size.height = (std::int64_t{1} << 32) - header.size.height;
      header.bits = static_cast<int>(number(28, 2));
      header.compression = number(30, 4);
      colours = number(46, 4);
    }
    if (header.compression == 3) {
      const std::size_t masks = length >= 52 ? 54 : at;
      for (std::size_t i = 0; i < (length >= 56 ? 4U : 3U); ++i) header.masks[i] = number(masks + 4 * i, 4);
      if (length < 52) at += 12;
    }
    const int bits = header.bits;
    if (bits != 1 && bits != 4 && bits != 8 && bits != 16 && bits != 24 && bits != 32)
      refuse(28, bits, " bits a pixel, which is not supported");
    if (header.compression > 3) refuse(30, "compression ", header.compression, ", which is not supported");
    if (header.compression == 3 && bits < 16) refuse(30, "masks for ", bits, " bits a pixel");
    if (bits <= 8) {
      const std::size_t entry = old ? 3 : 4;
      if (colours == 0) colours = std::size_t{1} << bits;
      if (colours > 65536) refuse(46, "a palette of ", colours, " colours");
      if (header.pixels_at == 14 + length) header.pixels_at += entry * colours;
      read_palette(header, at, colours, entry);
      at += entry * colours;
    }
    if (header.pixels_at == 0) header.pixels_at = std::min(at, bytes_.size());
    return header;
  }

 private:
  std::uint32_t number(std::size_t at, int count) const {
    if (at + static_cast<std::size_t>(count) > bytes_.size()) refuse(bytes_.size(), "the file ends in its header; is it truncated?");
    return little_endian(bytes_.data() + at, count);
  }

  void read_palette(BmpHeader& header, std::size_t at, std::size_t colours, std::size_t entry) {
    const std::size_t there = std::min(colours, (bytes_.size() - std::min(at, bytes_.size())) / entry);
    bool grey = there == colours;
    for (std::size_t i = 0; i < there && (grey || i < 256); ++i) {
      const std::uint8_t* colour = bytes_.data() + at + entry * i;
      const std::size_t level = colours == 2 ? 255 * i : i;
      grey = grey && colour[0] == level && colour[1] == level && colour[2] == level;
      if (i < 256) header.palette[i] = {colour[2], colour[1], colour[0]};
    }
    if (there > 256 && !grey) refuse(at, "a palette of ", there, " colours, want at most 256");
    // Pillow takes a palette of greys in order for none: then a pixel is its own grey.
    for (std::size_t i = 0; i < 256 && grey; ++i) {
      const auto level = static_cast<std::uint8_t>(header.bits == 1 ? std::min<std::size_t>(255 * i, 255) : i);
      if (colours != 2 || header.bits == 1) header.palette[i] = {level, level, level};
    }
  }

  std::span<const std::uint8_t> bytes_;
  const std::string& name_;
};

/// The palette indices of a run-length coded bitmap, row by row as stored. Fewer than all where the file stops early.
inline std::vector<std::uint8_t> bmp_runs(std::span<const std::uint8_t> bytes, const BmpHeader& header) {
  const auto width = static_cast<std::size_t>(header.size.width), all = width * static_cast<std::size_t>(header.size.height);
  const bool half = header.compression == 2;  // two pixels a byte
  std::size_t at = std::min(header.pixels_at, bytes.size()), x = 0;
  std::vector<std::uint8_t> out;
  const auto add = [&](std::uint8_t byte, std::size_t i) { out.push_back(!half ? byte : i % 2 == 0 ? byte >> 4 : byte & 15); };
  while (out.size() < all && bytes.size() - at >= 2) {
    const std::size_t count = bytes[at], value = bytes[at + 1];
    at += 2;
    if (count > 0) {
      const std::size_t fitting = x + count > width ? width - std::min(x, width) : count;
      for (std::size_t i = 0; i < fitting; ++i) add(static_cast<std::uint8_t>(value), i);
      x += fitting;
    } else if (value == 0) {  // end of the row
      out.resize((out.size() + width - 1) / width * width);
      x = 0;
    } else if (value == 1) {  // end of the bitmap
      break;
    } else if (value == 2) {  // a step to the right and up
      if (bytes.size() - at < 2) break;
      out.resize(std::min(all, out.size() + bytes[at] + bytes[at + 1] * width));
      x = out.size() % width;
      at += 2;
    } else {  // pixels one by one
      const std::size_t pixels = std::min(all - out.size(), value), needed = half ? (pixels + 1) / 2 : pixels;
      const std::size_t there = std::min(needed, bytes.size() - at);
      for (std::size_t i = 0; i < (half ? std::min(pixels, 2 * there) : there); ++i) add(bytes[at + (half ? i / 2 : i)], i);
      at += there;
      if (there < needed || out.size() == all) break;
      x += value;
      at += at % 2;
      at = std::min(at, bytes.size());
    }
  }
  return out;
}

/// Where red, green, blue and alpha stand in a pixel of 32 bits.
inline std::array<int, 4> bmp_places(const BmpReader& reader, const BmpHeader& header) {
  struct Layout {
    std::array<std::uint32_t, 4> masks;
    std::array<int, 4> places;
  };
  constexpr int none = -1;
  constexpr Layout layouts[]{{{0xFF0000, 0xFF00, 0xFF, 0}, {2, 1, 0, none}},       {{0xFF000000, 0xFF0000, 0xFF00, 0}, {3, 2, 1, none}},
                             {{0xFF000000, 0xFF00, 0xFF, 0}, {3, 1, 0, none}},     {{0xFF000000, 0xFF0000, 0xFF00, 0xFF}, {3, 2, 1, 0}},
                             {{0xFF, 0xFF00, 0xFF0000, 0xFF000000}, {0, 1, 2, 3}}, {{0xFF0000, 0xFF00, 0xFF, 0xFF000000}, {2, 1, 0, 3}},
                             {{0xFF000000, 0xFF00, 0xFF, 0xFF0000}, {3, 1, 0, 2}}, {{0, 0, 0, 0}, {2, 1, 0, 3}}};
  if (header.compression != 3) return {2, 1, 0, none};
  for (const Layout& layout : layouts) {
    if (layout.masks == header.masks) return layout.places;
  }
  reader.refuse(54, "masks that are not supported");
}

/// Decodes a BMP file.
inline Image decode_bmp(std::span<const std::uint8_t> bytes, const std::string& name, const ReadOptions& options) {
  BmpReader reader(bytes, name);
  const BmpHeader header = reader.read();
  const ImageSize size = header.size;
  require_readable(name, 18, size, options);
  const int bits = header.bits;
  const bool runs = header.compression == 1 || header.compression == 2;
  if (runs && bits > 8) reader.refuse(30, "runs of ", bits, " bits");
  const std::size_t row = static_cast<std::size_t>((size.width * bits + 31) / 32 * 4);
  const std::size_t row_needed = static_cast<std::size_t>((size.width * bits + 7) / 8), rows = static_cast<std::size_t>(size.height);
  std::vector<std::uint8_t> indices;
  if (runs) {
    indices = bmp_runs(bytes, header);
    if (indices.size() < rows * static_cast<std::size_t>(size.width))
      reader.refuse(bytes.size(), "the runs end too early; is the file truncated?");
  } else if (header.pixels_at > bytes.size() || bytes.size() - header.pixels_at < (rows - 1) * row + row_needed) {
    reader.refuse(bytes.size(), "the file ends before its last row; is it truncated?");
  }
  const std::array<int, 4> places = bits == 32 ? bmp_places(reader, header) : std::array<int, 4>{2, 1, 0, -1};
  const std::array<std::uint32_t, 3> colours{header.masks[0], header.masks[1], header.masks[2]};
  const bool green6 = colours == std::array<std::uint32_t, 3>{0xF800, 0x7E0, 0x1F},
             green5 = colours == std::array<std::uint32_t, 3>{0x7C00, 0x3E0, 0x1F};
  if (header.compression == 3 &&
      ((bits == 16 && !green6 && !green5) || (bits == 24 && colours != std::array<std::uint32_t, 3>{0xFF0000, 0xFF00, 0xFF})))
    reader.refuse(54, "masks that are not supported");

  Image out(size);
  for (std::int64_t y = 0; y < size.height; ++y) {
    const auto stored = static_cast<std::size_t>(header.top_down ? y : size.height - 1 - y);
    const std::uint8_t* source =
        runs ? indices.data() + stored * static_cast<std::size_t>(size.width) : bytes.data() + header.pixels_at + stored * row;
    std::uint8_t* target = out.row(y);
    for (std::int64_t x = 0; x < size.width; ++x, target += 3) {
      if (bits <= 8) {
        const std::int64_t bit = x * bits;
        const int index = runs ? source[x] : (source[bit / 8] >> (8 - bits - bit % 8)) & ((1 << bits) - 1);
        std::copy_n(header.palette[static_cast<std::size_t>(index)].begin(), 3, target);
      } else if (bits == 16) {
        const std::uint32_t pixel = little_endian(source + 2 * x, 2);
        target[0] = static_cast<std::uint8_t>((pixel >> (green6 ? 11 : 10) & 31) * 255 / 31);
        target[1] = static_cast<std::uint8_t>(green6 ? (pixel >> 5 & 63) * 255 / 63 : (pixel >> 5 & 31) * 255 / 31);
        target[2] = static_cast<std::uint8_t>((pixel & 31) * 255 / 31);
      } else {
        const std::uint8_t* pixel = source + x * (bits / 8);
        const int alpha = places[3] >= 0 && options.as == ReadAs::person ? pixel[places[3]] : 255;
        for (std::size_t c = 0; c < 3; ++c) target[c] = over_white(pixel[places[c]], alpha);
      }
    }
  }
  return out;
}

}  // namespace vpr::detail
