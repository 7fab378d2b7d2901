// SPDX-License-Identifier: MIT
/// @file
/// JPEG through the TurboJPEG API, whose default decoder equals Pillow's bit for bit. Needs the target `vpr::image`.
#pragma once

#ifndef VPR_WITH_IMAGE
#error "vpr/image/jpeg.hpp needs the CMake target vpr::image (TurboJPEG and libspng): find_package(vpr COMPONENTS image), link vpr::image"
#endif

#include <vpr/image/exif.hpp>
#include <vpr/image/read_options.hpp>

#include <turbojpeg.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <string_view>

namespace vpr::detail {

/// What the markers of a JPEG file say, read before any decoder sees the file.
struct JpegHeader {
  ImageSize size;
  int components = 0;
  int orientation = 1;
  std::size_t frame_at = 0;
  std::size_t scan_at = 0;             ///< the first scan
  std::int64_t coefficient_bytes = 0;  ///< what the decoder keeps between scans, 0 where one scan holds everything
  bool complete = false;               ///< the end marker is there
};

/// Walks the markers of a JPEG file. Refuses what the decoder would guess at: absent tables, broken segments, endless scans.
class JpegMarkers {
 public:
  JpegMarkers(std::span<const std::uint8_t> bytes, const std::string& name) : bytes_(bytes), name_(name) {}

  JpegHeader read() {
    std::size_t at = 2;
    while (next_marker(at)) {
      const std::size_t marker_at = at;
      const int marker = bytes_[at + 1];
      at += 2;
      if (marker == 0xD9) {
        header_.complete = scans_ > 0;
        break;
      }
      if (marker == 0xD8 || marker == 0x01 || (marker >= 0xD0 && marker <= 0xD7)) continue;
      if (bytes_.size() - at < 2) break;
      const std::size_t length = big_endian(bytes_.data() + at, 2);
      if (length < 2) refuse(marker_at, "a segment of length ", length, ", want at least 2");
      if (length > bytes_.size() - at)
        refuse(marker_at, "a segment of ", length, " bytes, but ", bytes_.size() - at, " are left; is the file truncated?");
      segment(marker, marker_at, bytes_.subspan(at + 2, length - 2));
      at += length;
    }
    if (scans_ == 0) refuse(std::min(at, bytes_.size()), "the file ends before any image data; is it truncated?");
    if (multiple_scans_) {
      for (int c = 0; c < header_.components; ++c) header_.coefficient_bytes += coefficients(c);
    }
    return header_;
  }

 private:
  struct Component {
    int id;
    int horizontal;
    int vertical;
  };

  template <class... Parts>
  [[noreturn]] void refuse(std::size_t at, const Parts&... parts) const {
    fail<FormatError>(name_, ": byte ", at, ": JPEG: ", parts...);
  }

  /// Moves `at` to the next 0xFF that begins a marker, over fill bytes, entropy-coded data and stray bytes as libjpeg does.
  bool next_marker(std::size_t& at) const {
    while (at < bytes_.size()) {
      const void* found = std::memchr(bytes_.data() + at, 0xFF, bytes_.size() - at);
      if (found == nullptr) break;
      at = static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - bytes_.data());
      if (bytes_.size() - at < 2) break;
      if (bytes_[at + 1] != 0xFF && bytes_[at + 1] != 0) return true;
      at += bytes_[at + 1] == 0 ? 2 : 1;
    }
    at = bytes_.size();
    return false;
  }

  void segment(int marker, std::size_t at, std::span<const std::uint8_t> body) {
    constexpr std::string_view exif("Exif\0", 6);
    if (marker == 0xC4) {
      huffman_tables(at, body);
    } else if (marker == 0xDA) {
      scan(at, body);
    } else if (marker >= 0xC0 && marker <= 0xCF && marker != 0xC8 && marker != 0xCC) {
      frame(marker, at, body);
    } else if (marker == 0xE1 && body.size() > exif.size() && std::equal(exif.begin(), exif.end(), body.begin())) {
      header_.orientation = exif_orientation(body.subspan(exif.size()));
    }
  }

  void frame(int marker, std::size_t at, std::span<const std::uint8_t> body) {
    if (header_.components != 0) refuse(at, "a second frame header");
    if (marker != 0xC0 && marker != 0xC1 && marker != 0xC2 && marker != 0xC9 && marker != 0xCA)
      refuse(at, "a lossless or hierarchical JPEG, which is not supported");
    if (body.size() < 6 || body.size() != 6 + 3 * std::size_t{body[5]})
      refuse(at, "a frame header of ", body.size(), " bytes, want 6 + 3 a component");
    if (body[0] != 8) refuse(at, static_cast<int>(body[0]), " bits a sample, only 8 are supported");
    header_.frame_at = at;
    header_.size = {big_endian(body.data() + 1, 2), big_endian(body.data() + 3, 2)};
    if (header_.size.height == 0 || header_.size.width == 0) refuse(at, "a size of ", header_.size, ", both sides must be at least 1");
    if (body[5] != 1 && body[5] != 3 && body[5] != 4)
      refuse(at, static_cast<int>(body[5]), " components, want 1 (grey), 3 (colour) or 4 (CMYK)");
    header_.components = body[5];
    progressive_ = marker == 0xC2 || marker == 0xCA;
    huffman_ = marker < 0xC9;
    for (std::size_t c = 0; c < body[5]; ++c) {
      components_[c] = {body[6 + 3 * c], body[7 + 3 * c] >> 4, body[7 + 3 * c] & 15};
      const auto& [id, horizontal, vertical] = components_[c];
      if (horizontal < 1 || horizontal > 4 || vertical < 1 || vertical > 4) {
        refuse(at, "component ", id, " is sampled ", horizontal, "x", vertical, ", want 1x1 to 4x4");
      }
    }
  }

  void huffman_tables(std::size_t at, std::span<const std::uint8_t> body) {
    while (!body.empty()) {
      std::size_t codes = 0;
      for (std::size_t i = 1; i < 17 && i < body.size(); ++i) codes += body[i];
      if (body.size() < 17 + codes || codes > 256 || (body[0] & 0xEF) > 3) refuse(at, "a broken Huffman table");
      tables_[body[0] >> 4][body[0] & 15] = true;
      body = body.subspan(17 + codes);
    }
  }

  void scan(std::size_t at, std::span<const std::uint8_t> body) {
    if (header_.components == 0) refuse(at, "a scan before the frame header");
    if (body.empty() || body[0] < 1 || body[0] > 4 || body.size() != 4 + 2 * std::size_t{body[0]}) refuse(at, "a broken scan header");
    const std::size_t count = body[0];
    const int first = body[2 * count + 1], last = body[2 * count + 2], earlier_bits = body[2 * count + 3] >> 4;
    for (std::size_t c = 0; c < count && huffman_; ++c) {
      const int dc = body[2 + 2 * c] >> 4, ac = body[2 + 2 * c] & 15;
      const bool need_dc = !progressive_ || (first == 0 && earlier_bits == 0), need_ac = !progressive_ || last > 0;
      if (dc > 3 || ac > 3 || (need_dc && !tables_[0][static_cast<std::size_t>(dc)]) ||
          (need_ac && !tables_[1][static_cast<std::size_t>(ac)])) {
        refuse(at, "the scan uses a Huffman table that the file does not define");
      }
    }
    if (scans_ == 0) header_.scan_at = at;
    multiple_scans_ = multiple_scans_ || progressive_ || static_cast<int>(count) < header_.components;
    if (++scans_ > largest_scans) refuse(at, "more than ", largest_scans, " scans");
  }

  std::int64_t coefficients(int c) const {
    int horizontal = 1, vertical = 1;
    for (const Component& component : components_) {
      horizontal = std::max(horizontal, component.horizontal);
      vertical = std::max(vertical, component.vertical);
    }
    const std::int64_t across =
        (header_.size.width + 8 * horizontal - 1) / (8 * horizontal) * components_[static_cast<std::size_t>(c)].horizontal;
    const std::int64_t down = (header_.size.height + 8 * vertical - 1) / (8 * vertical) * components_[static_cast<std::size_t>(c)].vertical;
    return across * down * 64 * 2;
  }

  static constexpr int largest_scans = 100;  // encoders write about ten; a small file with very many keeps a decoder busy for minutes

  std::span<const std::uint8_t> bytes_;
  const std::string& name_;
  JpegHeader header_;
  std::array<Component, 4> components_{};
  std::array<std::array<bool, 4>, 2> tables_{};
  bool progressive_ = false;
  bool huffman_ = false;
  bool multiple_scans_ = false;
  int scans_ = 0;
};

struct TurboJpegClose {
  void operator()(void* handle) const { tjDestroy(handle); }
};
using TurboJpeg = std::unique_ptr<void, TurboJpegClose>;

/// Adobe's inverted CMYK to RGB by Pillow's formula, in place: 4 bytes a pixel become 3.
inline void inverted_cmyk_to_rgb(std::vector<std::uint8_t>& pixels) {
  const std::size_t count = pixels.size() / 4;
  for (std::size_t i = 0; i < count; ++i) {
    const int light = pixels[4 * i + 3];
    for (std::size_t c = 0; c < 3; ++c) {
      const int product = (255 - pixels[4 * i + c]) * light + 128;
      pixels[3 * i + c] = static_cast<std::uint8_t>(std::max(light - ((product >> 8) + product) / 256, 0));
    }
  }
  pixels.resize(3 * count);
}

/// Decodes a JPEG file. EXIF orientation is left to `decode_image`, which gets it here.
inline Image decode_jpeg(std::span<const std::uint8_t> bytes, const std::string& name, const ReadOptions& options, int& orientation) {
  const JpegHeader header = JpegMarkers(bytes, name).read();
  orientation = header.orientation;
  const std::int64_t pixels = header.size.height * header.size.width;
  const bool cmyk = header.components == 4;
  require_memory(name, header.frame_at, header.size, (cmyk ? 4 : 3) + (turns(options, orientation) ? 3 : 0),
                 static_cast<double>(bytes.size()) + static_cast<double>(header.coefficient_bytes), options);
  // Each 8x8 block takes a bit at least.
  VPR_REQUIRE(FormatError, options.accept_damaged || static_cast<std::int64_t>(bytes.size()) * 8 * 64 >= pixels, name, ": byte ",
              header.frame_at, ": JPEG: claims ", header.size, " pixels, which ", bytes.size(), " bytes cannot hold");
  VPR_REQUIRE(FormatError, header.complete || options.accept_damaged, name, ": byte ", bytes.size(),
              ": JPEG: the file ends without its end marker; is it truncated?");

  const TurboJpeg decoder(tjInitDecompress());
  VPR_REQUIRE(Error, decoder != nullptr, name, ": TurboJPEG: ", tjGetErrorStr2(nullptr));
  std::vector<std::uint8_t> out(static_cast<std::size_t>(pixels * (cmyk ? 4 : 3)));
  const int status =
      tjDecompress2(decoder.get(), bytes.data(), static_cast<unsigned long>(bytes.size()), out.data(), static_cast<int>(header.size.width),
                    0, static_cast<int>(header.size.height), cmyk ? TJPF_CMYK : TJPF_RGB, 0);
  if (status != 0) {
    const std::string_view reason = tjGetErrorStr2(decoder.get());
    // Stray bytes between segments and odd version numbers leave the pixels whole.
    const bool harmless =
        reason.find("extraneous bytes") != reason.npos || reason.find("JFIF") != reason.npos || reason.find("Adobe") != reason.npos;
    const bool warning = tjGetErrorCode(decoder.get()) == TJERR_WARNING;
    VPR_REQUIRE(FormatError, warning && (harmless || options.accept_damaged), name, ": byte ", header.scan_at,
                ": JPEG: in the image data from here on: ", reason,
                warning ? " (ReadOptions::accept_damaged takes what can be decoded)" : "");
  }
  if (cmyk) inverted_cmyk_to_rgb(out);
  return {header.size, std::move(out)};
}

}  // namespace vpr::detail
