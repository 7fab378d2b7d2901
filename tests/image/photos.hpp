// SPDX-License-Identifier: MIT
/// Small photos for tests, and PNG files made chunk by chunk.
#pragma once

#include <tests/support/paths.hpp>
#include <vpr/image/image.hpp>

#include <zlib.h>

#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>

using Bytes = std::vector<std::uint8_t>;

/// Random pixels, the same on every machine.
inline vpr::Image noise(vpr::ImageSize size, unsigned seed = 1) {
  std::mt19937 engine(seed);
  vpr::Image photo(size);
  for (std::uint8_t& byte : photo.pixels()) byte = static_cast<std::uint8_t>(engine() >> 24);
  return photo;
}

/// The same, paler: every byte between 40 and 125.
inline vpr::Image dull_noise(vpr::ImageSize size) {
  vpr::Image photo = noise(size);
  for (std::uint8_t& byte : photo.pixels()) byte = static_cast<std::uint8_t>(40 + byte / 3);
  return photo;
}

/// The CRC-32 of a photo's bytes: what the figures of other libraries are given as.
inline unsigned long checksum(const vpr::Image& photo) { return crc32(0, photo.pixels().data(), static_cast<uInt>(photo.pixels().size())); }

inline Bytes file_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// A picture of the golden files.
inline std::string picture(std::string_view name) { return vpr::test::data("/images/").append(name); }

inline Bytes pixels_of(const vpr::Image& photo) { return {photo.pixels().begin(), photo.pixels().end()}; }

namespace png {

inline Bytes number(std::uint32_t value) {
  return {static_cast<std::uint8_t>(value >> 24), static_cast<std::uint8_t>(value >> 16), static_cast<std::uint8_t>(value >> 8),
          static_cast<std::uint8_t>(value)};
}

inline Bytes join(std::initializer_list<Bytes> parts) {
  Bytes all;
  for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

inline Bytes chunk(std::string_view type, const Bytes& body) {
  const Bytes checked = join({Bytes(type.begin(), type.end()), body});
  const auto sum = static_cast<std::uint32_t>(crc32(0, checked.data(), static_cast<uInt>(checked.size())));
  return join({number(static_cast<std::uint32_t>(body.size())), checked, number(sum)});
}

inline Bytes deflated(const Bytes& raw) {
  uLongf size = compressBound(static_cast<uLong>(raw.size()));
  Bytes out(size);
  compress(out.data(), &size, raw.data(), static_cast<uLong>(raw.size()));
  out.resize(size);
  return out;
}

inline Bytes header(std::uint32_t width, std::uint32_t height, int depth, int colour, int interlace = 0) {
  return chunk("IHDR",
               join({number(width),
                     number(height),
                     {static_cast<std::uint8_t>(depth), static_cast<std::uint8_t>(colour), 0, 0, static_cast<std::uint8_t>(interlace)}}));
}

inline const Bytes signature{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

/// A whole file; `rows` begin with their filter byte.
inline Bytes file(std::uint32_t width, std::uint32_t height, int depth, int colour, const Bytes& rows, const Bytes& between = {}) {
  return join({signature, header(width, height, depth, colour), between, chunk("IDAT", deflated(rows)), chunk("IEND", {})});
}

}  // namespace png
