// SPDX-License-Identifier: MIT
/// @file
/// PPM, PGM and PBM, the formats that need no library: netpbm's P1 to P6.
#pragma once

#include <vpr/image/read_options.hpp>

#include <algorithm>
#include <cmath>

namespace vpr {
namespace detail {

/// Reads the numbers of a netpbm file, between white space and comments.
class PpmReader {
 public:
  PpmReader(std::span<const std::uint8_t> bytes, const std::string& name) : bytes_(bytes), name_(name) {}

  std::size_t at() const { return at_; }
  std::size_t left() const { return bytes_.size() - at_; }
  template <class... Parts>
  [[noreturn]] void refuse(const Parts&... parts) const {
    fail<FormatError>(name_, ": byte ", at_, ": PPM: ", parts...);
  }

  std::int64_t number() {
    skip_to_digit();
    std::int64_t value = 0;
    for (; left() > 0 && is_digit(); ++at_) {
      value = 10 * value + (bytes_[at_] - '0');
      if (value > 2147483647) refuse("a number beyond 2147483647");
    }
    return value;
  }
  /// One digit, 0 or 1.
  std::uint8_t bit() {
    skip_to_digit();
    if (bytes_[at_] > '1') refuse("want 0 or 1");
    return static_cast<std::uint8_t>(bytes_[at_++] - '0');
  }
  /// The one white space between header and binary samples.
  void end_header() {
    if (left() == 0 || !is_space()) refuse("want white space after the header");
    ++at_;
  }
  std::int64_t sample(std::size_t bytes) {
    const std::uint32_t value = big_endian(bytes_.data() + at_, static_cast<int>(bytes));
    at_ += bytes;
    return value;
  }

 private:
  void skip_to_digit() {
    while (left() > 0 && !is_digit()) {
      if (bytes_[at_] == '#') {
        while (left() > 0 && bytes_[at_] != '\n' && bytes_[at_] != '\r') ++at_;
      } else if (is_space()) {
        ++at_;
      } else {
        refuse("want a number");
      }
    }
    if (left() == 0) refuse("the file ends where a number should stand; is it truncated?");
  }
  bool is_digit() const { return bytes_[at_] >= '0' && bytes_[at_] <= '9'; }
  bool is_space() const { return bytes_[at_] == ' ' || (bytes_[at_] >= '\t' && bytes_[at_] <= '\r'); }

  std::span<const std::uint8_t> bytes_;
  const std::string& name_;
  std::size_t at_ = 2;
};

inline bool is_ppm(std::span<const std::uint8_t> bytes) {
  return bytes.size() > 2 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '6';
}

/// The pixels of P1 and P4, black and white.
inline Image bilevel_pixels(PpmReader& reader, ImageSize size, bool text) {
  const auto rows = static_cast<std::size_t>(size.height), row_bytes = static_cast<std::size_t>(text ? size.width : (size.width + 7) / 8);
  if (rows * row_bytes > reader.left()) reader.refuse(reader.left(), " bytes left for ", size, " pixels; is the file truncated?");
  Image out(size);
  for (std::int64_t y = 0; y < size.height; ++y) {
    std::int64_t packed = 0;
    for (std::int64_t x = 0; x < size.width; ++x) {
      if (!text && x % 8 == 0) packed = reader.sample(1);
      const bool black = text ? reader.bit() == 1 : (packed >> (7 - x % 8) & 1) == 1;
      std::fill_n(out.row(y) + 3 * x, 3, static_cast<std::uint8_t>(black ? 0 : 255));
    }
  }
  return out;
}

}  // namespace detail

/// Decodes a file of netpbm's kinds P1 and P4 (black and white), P2 and P5 (grey), P3 and P6 (colour), whose greatest value may be up to 65535.
/// `name` stands in errors.
/// @throws FormatError with name, byte and reason.
inline Image decode_ppm(std::span<const std::uint8_t> bytes, const std::string& name, const ReadOptions& options = {}) {
  detail::PpmReader reader(bytes, name);
  VPR_REQUIRE(FormatError, detail::is_ppm(bytes), name, ": byte 0: PPM: want P1 to P6");
  const bool text = bytes[1] < '4', grey = bytes[1] == '2' || bytes[1] == '5', bilevel = bytes[1] == '1' || bytes[1] == '4';
  const std::int64_t width = reader.number(), height = reader.number(), most = bilevel ? 1 : reader.number();
  const ImageSize size{height, width};
  if (most < 1 || most > 65535) reader.refuse("a greatest value of ", most, ", want 1 to 65535");
  if (!text) reader.end_header();
  detail::require_readable(name, 0, size, options);
  if (bilevel) return detail::bilevel_pixels(reader, size, text);
  const std::size_t channels = grey ? 1 : 3, sample_bytes = most > 255 ? 2 : 1;
  const std::size_t samples = static_cast<std::size_t>(height * width) * channels;
  // A written number takes a digit and the space before it.
  if (samples * (text ? 2 : sample_bytes) > reader.left())
    reader.refuse(reader.left(), " bytes left for ", size, " pixels; is the file truncated?");

  // Pillow holds grey beyond 8 bits in 16 and cuts it at 255 on the way to RGB.
  const bool cut = grey && most > 255 && options.as == ReadAs::pillow;
  const auto byte = [&](std::int64_t value) {
    const double scaled = std::nearbyint(static_cast<double>(value) / static_cast<double>(most) * (cut ? 65535 : 255));
    return static_cast<std::uint8_t>(std::min(scaled, 255.0));
  };
  Image out(size);
  const std::span<std::uint8_t> pixels = out.pixels();
  for (std::size_t i = 0; i < samples; ++i) {
    const std::int64_t value = text ? reader.number() : reader.sample(sample_bytes);
    if (text && value > most) reader.refuse("a value of ", value, ", the header allows up to ", most);
    if (grey) {
      std::fill_n(pixels.begin() + static_cast<std::ptrdiff_t>(3 * i), 3, byte(value));
    } else {
      pixels[i] = byte(value);
    }
  }
  return out;
}

/// A photo as a P6 file.
inline std::vector<std::uint8_t> encode_ppm(const RgbPhoto& photo) {
  const std::string header = "P6\n" + std::to_string(photo.width) + ' ' + std::to_string(photo.height) + "\n255\n";
  std::vector<std::uint8_t> out(header.begin(), header.end());
  for (std::int64_t y = 0; y < photo.height; ++y) out.insert(out.end(), photo.row(y), photo.row(y) + 3 * photo.width);
  return out;
}

}  // namespace vpr
