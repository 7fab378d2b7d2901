// SPDX-License-Identifier: MIT
/// @file
/// What a PNG file is made of, read before any decoder sees it. Needs the target `vpr::image`.
#pragma once

#ifndef VPR_WITH_IMAGE
#error \
    "vpr/image/png_chunks.hpp needs the component image: link the CMake target vpr::image, or, without CMake, compile with -DVPR_WITH_IMAGE and link jpeg, spng and z (Debian: libjpeg-dev libspng-dev zlib1g-dev)"
#endif

#include <vpr/image/exif.hpp>
#include <vpr/image/read_options.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <zlib.h>

namespace vpr::detail {

inline constexpr std::array<std::uint8_t, 8> png_signature{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

/// EXIF as ImageMagick writes it into a chunk of text, compressed or not: a keyword, a line `exif`, one with the length, then hexadecimal
/// digits. Nothing where the text is another, empty where it breaks off.
inline std::optional<std::vector<std::uint8_t>> png_exif_profile(std::span<const std::uint8_t> chunk, bool compressed) {
  constexpr std::string_view keyword("Raw profile type exif\0", 22);
  constexpr uLongf longest = 1 << 20;
  std::string text(chunk.begin(), chunk.end());
  if (!text.starts_with(keyword)) return std::nullopt;
  text.erase(0, keyword.size());
  if (compressed) {
    std::string inflated(longest, '\0');
    uLongf size = longest;
    const auto* from = reinterpret_cast<const Bytef*>(text.data()) + 1;  // behind the method
    const bool whole =
        !text.empty() && uncompress(reinterpret_cast<Bytef*>(inflated.data()), &size, from, static_cast<uLong>(text.size() - 1)) == Z_OK;
    if (!whole) return std::vector<std::uint8_t>();
    text = inflated.substr(0, size);
  }
  std::size_t at = 0;
  for (int line = 0; line < 3 && at < text.size(); ++line) at = std::min(text.find('\n', at), text.size() - 1) + 1;
  std::vector<std::uint8_t> profile;
  int half = -1;
  for (; at < text.size(); ++at) {
    const std::size_t digit = std::string_view("0123456789abcdef").find(static_cast<char>(text[at] | 32));  // a capital, too
    if (digit == std::string_view::npos) continue;
    if (half >= 0) profile.push_back(static_cast<std::uint8_t>(half * 16 + static_cast<int>(digit)));
    half = half >= 0 ? -1 : static_cast<int>(digit);
  }
  return profile;
}

/// The chunks of a PNG file, as far as its pixels depend on them. It refuses what Pillow refuses and no more: checksums count before the
/// pixels' data only, kinds that nobody knows are passed over, the end chunk may be missing.
class PngChunks {
 public:
  ImageSize size;
  int depth = 0;
  int colour = 0;
  bool interlaced = false;
  OrientationRemarks orientation;
  std::array<std::array<std::uint8_t, 4>, 256> palette{};  ///< with alpha; black where the file has no colour
  std::span<const std::uint8_t> transparent;               ///< tRNS, empty without one
  std::vector<std::span<const std::uint8_t>> data;         ///< the compressed pixels, in pieces
  std::size_t data_at = 0;
  std::size_t data_bytes = 0;

  PngChunks(std::span<const std::uint8_t> bytes, const std::string& name) : bytes_(bytes), name_(name) {
    for (auto& colour_and_alpha : palette) colour_and_alpha[3] = 255;
    at_ = png_signature.size();
    while (true) {
      const auto [type, body] = next();
      if (type == "IDAT") break;
      if (type == "IEND" || type == "fdAT") refuse("the file has no pixel data");
      if (left() < 4 ||
          crc32(crc32(0, body.data() - 4, 4), body.data(), static_cast<uInt>(body.size())) != big_endian(bytes_.data() + at_, 4))
        refuse("a wrong checksum in the chunk ", type);
      at_ += 4;
      read(type, body);
    }
    if (depth == 0) refuse("the file has no header chunk (IHDR)");
    read_data();
  }

  /// What follows the pixels, which Pillow reads where these were whole: a chunk that is cut or too short refuses the file.
  void read_rest() {
    while (left() >= 12) {
      at_ += 4;  // the checksum of the chunk before
      const std::string_view type = kind();
      if (type == "IEND" || (type == "fcTL" && animated_) || !is_kind(type)) return;
      const auto [_, body] = next();
      read(type, body);
    }
  }

  template <class... Parts>
  [[noreturn]] void refuse(const Parts&... parts) const {
    fail<FormatError>(name_, ": byte ", std::min(chunk_, bytes_.size()), ": PNG: ", parts...);
  }

 private:
  std::size_t left() const { return bytes_.size() - std::min(at_, bytes_.size()); }
  std::string_view kind() const { return {reinterpret_cast<const char*>(bytes_.data()) + at_ + 4, 4}; }
  static bool is_kind(std::string_view type) {
    return std::all_of(type.begin(), type.end(),
                       [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; });
  }

  /// The chunk that begins here; for pixels, which may be cut, an empty body. Moves on to its checksum.
  std::pair<std::string_view, std::span<const std::uint8_t>> next() {
    chunk_ = at_;
    if (left() < 8) refuse("the file ends before its pixel data; is it truncated?");
    const std::size_t length = big_endian(bytes_.data() + at_, 4);
    const std::string_view type = kind();
    if (!is_kind(type)) refuse("expected a chunk, found none");
    if (type == "IDAT" && data.empty()) return {type, {}};
    if (length > left() - 8) refuse("a chunk of ", length, " bytes, but ", left() - 8, " are left; is the file truncated?");
    const auto body = bytes_.subspan(at_ + 8, length);
    at_ += 8 + length;
    return {type, body};
  }

  void read(std::string_view type, std::span<const std::uint8_t> body) {
    constexpr std::pair<std::string_view, std::size_t> least[]{{"IHDR", 13}, {"gAMA", 4}, {"cHRM", 32}, {"sRGB", 1},
                                                               {"pHYs", 9},  {"acTL", 8}, {"fcTL", 26}, {"iCCP", 1}};
    for (const auto& [known, length] : least) {
      if (type == known && body.size() < length) refuse("a chunk ", type, " of ", body.size(), " bytes, want at least ", length);
    }
    const std::size_t key = colour == 2 ? 6 : colour == 0 && depth > 0 ? 2 : 0;  // bytes of the transparent colour
    if (type == "tRNS" && body.size() < key) refuse("a chunk tRNS of ", body.size(), " bytes, want ", key);
    if (!exif_ && !profile_ && (type == "tEXt" || type == "zTXt")) {
      const auto profile = png_exif_profile(body, type == "zTXt");
      profile_ = profile.has_value();
      if (profile && !profile->empty()) orientation.read_exif(*profile);
    }
    if (type == "iCCP" || type == "zTXt") {  // the method of compression stands behind the first zero
      const auto zero = std::find(body.begin(), body.end(), 0);
      const bool there = zero != body.end() && zero + 1 != body.end();
      if (there ? zero[1] != 0 : type == "iCCP") refuse("a chunk ", type, " that names no known compression");
    } else if (type == "eXIf") {
      exif_ = true;
      orientation.read_exif(body);
    } else if (type == "iTXt" &&
               std::string_view(reinterpret_cast<const char*>(body.data()), body.size()).starts_with("XML:com.adobe.xmp")) {
      orientation.read_xmp({reinterpret_cast<const char*>(body.data()), body.size()});
    } else if (!data.empty()) {
      return;  // nothing that follows the pixels changes them
    } else if (type == "IHDR") {
      if (body[11] != 0) refuse("an unknown filter method, ", static_cast<int>(body[11]));
      size = {big_endian(body.data() + 4, 4), big_endian(body.data(), 4)};
      depth = body[8];
      colour = body[9];
      interlaced = body[12] != 0;
      const bool grey_or_indexed = colour == 0 || colour == 3;
      const bool known = depth == 8 || (depth == 16 && colour != 3) || (grey_or_indexed && (depth == 1 || depth == 2 || depth == 4));
      if (!known || (!grey_or_indexed && colour != 2 && colour != 4 && colour != 6))
        refuse("colour type ", colour, " of ", depth, " bits, which PNG does not have");
    } else if (type == "PLTE" && colour == 3) {
      if (body.size() / 3 > 256) refuse("a palette of ", body.size() / 3, " colours, want at most 256");
      for (std::size_t i = 0; i < body.size() / 3; ++i)
        std::copy_n(body.begin() + static_cast<std::ptrdiff_t>(3 * i), 3, palette[i].begin());
    } else if (type == "tRNS") {
      transparent = body.first(colour == 3 ? std::min<std::size_t>(body.size(), 256) : key);
      for (std::size_t i = 0; i < transparent.size() && colour == 3; ++i) palette[i][3] = transparent[i];
    } else if (type == "acTL") {
      animated_ = true;
    } else if (type == "fcTL") {
      const std::uint8_t* frame = body.data() + 4;
      if (big_endian(frame, 4) != size.width || big_endian(frame + 4, 4) != size.height)
        refuse("an animation whose first picture is smaller than the whole, which is not supported");
    }
  }

  /// The chunks of pixels that follow each other, the last one as long as the file is.
  void read_data() {
    data_at = at_;
    while (left() >= 8 && (kind() == "IDAT" || kind() == "DDAT")) {
      const std::size_t length = big_endian(bytes_.data() + at_, 4);
      data.push_back(bytes_.subspan(at_ + 8, std::min(length, left() - 8)));
      data_bytes += data.back().size();
      at_ += 8 + length;
      if (left() < 12) return;
      at_ += 4;
    }
    at_ -= 4;  // back to the last checksum
  }

  std::span<const std::uint8_t> bytes_;
  const std::string& name_;
  std::size_t at_ = 0;
  std::size_t chunk_ = 0;
  bool animated_ = false;
  bool exif_ = false;
  bool profile_ = false;  // of EXIF, in a text: the first alone, as each may inflate to a megabyte
};

/// The rows of a PNG's pixels before compression: how many of how many bytes, the byte of the filter among these. One entry a pass.
inline std::vector<std::pair<std::size_t, std::size_t>> png_rows(const PngChunks& chunks) {
  const std::int64_t samples = chunks.colour == 3 ? 1 : 1 + (chunks.colour & 2) + (chunks.colour & 4) / 4;
  constexpr std::int64_t adam7[7][4]{{0, 0, 8, 8}, {0, 4, 8, 8}, {4, 0, 8, 4}, {0, 2, 4, 4}, {2, 0, 4, 2}, {0, 1, 2, 2}, {1, 0, 2, 1}};
  constexpr std::int64_t whole[1][4]{{0, 0, 1, 1}};
  std::vector<std::pair<std::size_t, std::size_t>> passes;
  for (const auto& [top, left, down, right] :
       chunks.interlaced ? std::span<const std::int64_t[4]>(adam7) : std::span<const std::int64_t[4]>(whole)) {
    const std::int64_t rows = (chunks.size.height - top + down - 1) / down, columns = (chunks.size.width - left + right - 1) / right;
    if (rows > 0 && columns > 0) passes.emplace_back(rows, (columns * samples * chunks.depth + 7) / 8 + 1);
  }
  return passes;
}

}  // namespace vpr::detail
