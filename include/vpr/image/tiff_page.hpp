// SPDX-License-Identifier: MIT
/// @file
/// How the pixels of a TIFF file's page are stored, and what colours they are. Needs the target `vpr::tiff`.
#pragma once

#ifndef VPR_WITH_TIFF
#error \
    "vpr/image/tiff_page.hpp needs the component tiff: link the CMake target vpr::tiff, or, without CMake, compile with -DVPR_WITH_TIFF and link tiff (Debian: libtiff-dev)"
#endif

#include <vpr/image/colour.hpp>
#include <vpr/image/read_options.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <tiffio.h>

namespace vpr::detail {

/// How a page's pixels are stored.
struct TiffPage {
  std::uint32_t width = 0, height = 0;
  std::uint16_t bits = 1, samples = 1, photometric = PHOTOMETRIC_MINISBLACK, planar = PLANARCONFIG_CONTIG, format = SAMPLEFORMAT_UINT;
  std::uint16_t compression = COMPRESSION_NONE, orientation = ORIENTATION_TOPLEFT;
  std::uint16_t extra = 0xFFFF;  ///< what the first sample beyond the colours is; 0xFFFF where the file does not say
  std::array<std::array<std::uint8_t, 3>, 256> palette{};

  explicit TiffPage(TIFF* file) {
    TIFFGetField(file, TIFFTAG_IMAGEWIDTH, &width);
    TIFFGetField(file, TIFFTAG_IMAGELENGTH, &height);
    TIFFGetFieldDefaulted(file, TIFFTAG_BITSPERSAMPLE, &bits);
    TIFFGetFieldDefaulted(file, TIFFTAG_SAMPLESPERPIXEL, &samples);
    TIFFGetFieldDefaulted(file, TIFFTAG_PLANARCONFIG, &planar);
    TIFFGetFieldDefaulted(file, TIFFTAG_SAMPLEFORMAT, &format);
    TIFFGetFieldDefaulted(file, TIFFTAG_COMPRESSION, &compression);
    TIFFGetFieldDefaulted(file, TIFFTAG_ORIENTATION, &orientation);
    TIFFGetField(file, TIFFTAG_PHOTOMETRIC, &photometric);
    std::uint16_t count = 0;
    std::uint16_t *extras = nullptr, *red = nullptr, *green = nullptr, *blue = nullptr;
    if (TIFFGetField(file, TIFFTAG_EXTRASAMPLES, &count, &extras) == 1 && count > 0) extra = extras[0];
    if (bits <= 8 && photometric == PHOTOMETRIC_PALETTE && TIFFGetField(file, TIFFTAG_COLORMAP, &red, &green, &blue) == 1) {
      for (std::size_t i = 0; i < (std::size_t{1} << bits); ++i)
        palette[i] = {static_cast<std::uint8_t>(red[i] >> 8), static_cast<std::uint8_t>(green[i] >> 8),
                      static_cast<std::uint8_t>(blue[i] >> 8)};
    }
  }

  int colours() const {
    return photometric == PHOTOMETRIC_RGB || photometric == PHOTOMETRIC_YCBCR ? 3 : photometric == PHOTOMETRIC_SEPARATED ? 4 : 1;
  }
  /// Whether `rgb` below knows what to do.
  bool supported() const {
    const bool grey = photometric == PHOTOMETRIC_MINISBLACK || photometric == PHOTOMETRIC_MINISWHITE, one = colours() == 1;
    if (samples < colours() || (!grey && !one && photometric != PHOTOMETRIC_RGB && photometric != PHOTOMETRIC_SEPARATED)) return false;
    if (one && !grey && photometric != PHOTOMETRIC_PALETTE) return false;
    if (grey && bits == 32 && samples == 1)
      return format == SAMPLEFORMAT_IEEEFP || format == SAMPLEFORMAT_INT || format == SAMPLEFORMAT_UINT;
    if (format != SAMPLEFORMAT_UINT) return false;
    return bits == 8 || (bits == 16 && photometric != PHOTOMETRIC_PALETTE && (!one || samples == 1)) ||
           (one && samples == 1 && (bits == 1 || bits == 2 || bits == 4));
  }

  /// The sample at a place of a row of samples, in the machine's byte order, with bits below 8 packed.
  std::uint32_t sample(const std::uint8_t* row, std::uint64_t at) const {
    if (bits == 8) return row[at];
    if (bits == 16) return value_at<std::uint16_t>(row, at);
    if (bits == 32) return value_at<std::uint32_t>(row, at);
    return row[at * bits / 8] >> (8 - bits - at * bits % 8) & ((1U << bits) - 1);
  }
  /// A pixel's colour from its samples, as Pillow converts them.
  std::array<std::uint8_t, 3> rgb(const std::array<std::uint32_t, 5>& values, const ReadOptions& options) const {
    const bool person = options.as == ReadAs::person;
    const auto byte = [&](std::uint32_t value) { return static_cast<int>(bits == 16 ? value >> 8 : value); };
    std::array<int, 3> colour;
    int alpha = 255;
    if (photometric == PHOTOMETRIC_PALETTE) {
      const auto& entry = palette[values[0]];
      colour = {entry[0], entry[1], entry[2]};
    } else if (colours() == 1) {
      colour.fill(grey(values[0], person));
    } else if (photometric == PHOTOMETRIC_SEPARATED) {
      const int light = 255 - byte(values[3]);
      for (std::size_t c = 0; c < 3; ++c) {
        const int product = byte(values[c]) * light + 128;
        colour[c] = std::max(light - ((product >> 8) + product) / 256, 0);
      }
    } else {
      for (std::size_t c = 0; c < 3; ++c) colour[c] = byte(values[c]);
    }
    if (samples > colours() && colours() != 4) {
      const int given = byte(values[static_cast<std::size_t>(colours())]);
      if (extra == EXTRASAMPLE_ASSOCALPHA && (colours() == 3 || person)) {  // the colours were multiplied by it
        for (int& value : colour) value = given == 0 ? 0 : std::min(value * 255 / given, 255);
      }
      if (person && extra != EXTRASAMPLE_UNSPECIFIED) alpha = given;
    }
    return {over_white(colour[0], alpha), over_white(colour[1], alpha), over_white(colour[2], alpha)};
  }

 private:
  template <class T>
  static std::uint32_t value_at(const std::uint8_t* row, std::uint64_t at) {
    T value;
    std::memcpy(&value, row + at * sizeof(T), sizeof(T));
    return value;
  }
  int grey(std::uint32_t value, bool person) const {
    if (bits == 32) {
      float real;
      std::memcpy(&real, &value, 4);
      const double number =
          format == SAMPLEFORMAT_IEEEFP ? static_cast<double>(real) : static_cast<double>(static_cast<std::int32_t>(value));
      return number > 0 ? static_cast<int>(std::min(number, 255.0)) : 0;  // and NaN is black
    }
    if (bits == 16) return static_cast<int>(person ? (value * 255 + 32767) / 65535 : std::min<std::uint32_t>(value, 255));
    const int level = static_cast<int>(value * 255 / ((1U << bits) - 1));
    return photometric == PHOTOMETRIC_MINISWHITE ? 255 - level : level;
  }
};

}  // namespace vpr::detail
