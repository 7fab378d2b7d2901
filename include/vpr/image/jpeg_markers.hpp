// SPDX-License-Identifier: MIT
/// @file
/// What the markers of a JPEG file say, read before any decoder sees it.
#pragma once

#include <vpr/image/exif.hpp>
#include <vpr/image/read_options.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace vpr::detail {

/// What the markers of a JPEG file say, read before any decoder sees the file.
struct JpegHeader {
  ImageSize size;
  int components = 0;
  OrientationRemarks orientation;
  std::size_t frame_at = 0;
  std::size_t scan_at = 0;  ///< the first scan
};

/// Walks the markers of a JPEG file. Refuses what Pillow refuses before it decodes; the rest is the decoder's to judge.
class JpegMarkers {
 public:
  JpegMarkers(std::span<const std::uint8_t> bytes, const std::string& name) : bytes_(bytes), name_(name) {}

  JpegHeader read() {
    std::size_t at = 2;
    while (next_marker(at)) {
      const std::size_t marker_at = at;
      const int marker = bytes_[at + 1];
      at += 2;
      if (marker == 0xD9 && scans_ > 0) break;
      if (marker < 0xC0 && scans_ == 0) refuse(marker_at, "no marker that JPEG knows");
      if (marker < 0xC0 || (marker >= 0xD0 && marker <= 0xD9)) continue;
      if (bytes_.size() - at < 2) break;
      const std::size_t length = std::max<std::size_t>(big_endian(bytes_.data() + at, 2), 2);  // its own two bytes, whatever it says
      if (length > bytes_.size() - at) {
        if (scans_ > 0) break;
        refuse(marker_at, "a segment of ", length, " bytes, but ", bytes_.size() - at, " are left; is the file truncated?");
      }
      segment(marker, marker_at, bytes_.subspan(at + 2, length - 2));
      at += length;
    }
    if (scans_ == 0) refuse(std::min(at, bytes_.size()), "the file ends before any image data; is it truncated?");
    return header_;
  }

 private:
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
    constexpr std::string_view exif("Exif\0", 6), xmp("http://ns.adobe.com/xap/1.0/\0", 29), jfif = "JFIF", adobe = "Adobe";
    const auto begins = [&](std::string_view text) {
      return body.size() >= text.size() && std::equal(text.begin(), text.end(), body.begin());
    };
    if (marker == 0xDA) {
      scan(at);
    } else if (marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC) {
      frame(marker, at, body);
    } else if (marker == 0xE1 && scans_ == 0 && !exif_ && body.size() > exif.size() && begins(exif)) {
      exif_ = true;  // what follows in further segments continues the first
      header_.orientation.read_exif(body);
    } else if (marker == 0xE1 && scans_ == 0 && begins(xmp)) {
      header_.orientation.read_xmp({reinterpret_cast<const char*>(body.data()), body.size()});
    } else if (scans_ == 0 && body.size() < 7 && ((marker == 0xE0 && begins(jfif)) || (marker == 0xEE && begins(adobe)))) {
      refuse(at, "a segment of ", body.size() + 2, " bytes that should hold a version");
    }
  }

  void frame(int marker, std::size_t at, std::span<const std::uint8_t> body) {
    if (header_.components != 0) refuse(at, "a second frame header");
    if (marker != 0xC0 && marker != 0xC1 && marker != 0xC2 && marker != 0xC9 && marker != 0xCA)
      refuse(at, "a lossless or hierarchical JPEG, which is not supported");
    if (body.size() < 6) refuse(at, "a frame header of ", body.size(), " bytes, want 6 + 3 a component");
    if (body[0] != 8) refuse(at, static_cast<int>(body[0]), " bits a sample, only 8 are supported");
    header_.frame_at = at;
    header_.size = {big_endian(body.data() + 1, 2), big_endian(body.data() + 3, 2)};
    if (body[5] != 1 && body[5] != 3 && body[5] != 4)
      refuse(at, static_cast<int>(body[5]), " components, want 1 (grey), 3 (colour) or 4 (CMYK)");
    header_.components = body[5];
  }

  void scan(std::size_t at) {
    if (header_.components == 0) refuse(at, "a scan before the frame header");
    if (scans_ == 0) header_.scan_at = at;
    if (++scans_ > largest_scans) refuse(at, "more than ", largest_scans, " scans");
  }

  static constexpr int largest_scans = 100;  // encoders write about ten; a small file with very many keeps a decoder busy for minutes

  std::span<const std::uint8_t> bytes_;
  const std::string& name_;
  JpegHeader header_;
  int scans_ = 0;
  bool exif_ = false;
};

}  // namespace vpr::detail
