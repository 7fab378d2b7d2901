// SPDX-License-Identifier: MIT
/// @file
/// TIFF through libtiff: the first page, as Pillow shows it. Needs the target `vpr::tiff`.
///
/// Memory: 3 bytes a pixel, one strip or row of tiles as the file has it, and 4 more a pixel for YCbCr or where the photo is turned.
#pragma once

#ifndef VPR_WITH_TIFF
#error \
    "vpr/image/tiff.hpp needs the component tiff: link the CMake target vpr::tiff, or, without CMake, compile with -DVPR_WITH_TIFF and link tiff (Debian: libtiff-dev)"
#endif

#include <vpr/image/exif.hpp>
#include <vpr/image/optional_decoders.hpp>
#include <vpr/image/tiff_page.hpp>

#include <tiffio.h>

#if TIFFLIB_VERSION < 20221213
#error "vpr/image/tiff.hpp needs libtiff 4.5 or later: earlier ones report errors through handlers of the whole process"
#endif

#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <memory>

namespace vpr::detail {

/// The file's bytes as libtiff reads them, and its last complaint.
struct TiffSource {
  std::span<const std::uint8_t> bytes;
  std::uint64_t at = 0;
  std::string problem;

  static tmsize_t read(thandle_t handle, void* target, tmsize_t length) {
    auto& self = *static_cast<TiffSource*>(handle);
    const std::uint64_t left = self.bytes.size() - std::min<std::uint64_t>(self.at, self.bytes.size());
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left, static_cast<std::uint64_t>(std::max<tmsize_t>(length, 0))));
    if (count > 0) std::memcpy(target, self.bytes.data() + self.at, count);
    self.at += count;
    return static_cast<tmsize_t>(count);
  }
  static tmsize_t write(thandle_t, void*, tmsize_t) { return 0; }
  static toff_t seek(thandle_t handle, toff_t offset, int from) {
    auto& self = *static_cast<TiffSource*>(handle);
    self.at = offset + (from == SEEK_CUR ? self.at : from == SEEK_END ? self.bytes.size() : 0);
    return self.at;
  }
  static int close(thandle_t) { return 0; }
  static toff_t size(thandle_t handle) { return static_cast<TiffSource*>(handle)->bytes.size(); }
  static int complain(TIFF*, void* self, const char*, const char* format, va_list arguments) {
    std::array<char, 512> text{};
    std::vsnprintf(text.data(), text.size(), format, arguments);
    static_cast<TiffSource*>(self)->problem = text.data();
    return 1;  // and the handlers of the process stay out of it
  }
  static int pass_over(TIFF*, void*, const char*, const char*, va_list) { return 1; }
};

struct TiffClose {
  void operator()(TIFF* file) const { TIFFClose(file); }
};

/// Decodes a TIFF file. Pillow turns TIFFs by their orientation always, and so does this.
inline Image decode_tiff(std::span<const std::uint8_t> bytes, const std::string& name, const ReadOptions& options, int&) {
  TiffSource source{bytes, 0, {}};
  const auto refuse = [&](const auto&... reasons) {
    fail<FormatError>(name, ": byte ", std::min<std::uint64_t>(source.at, bytes.size()), ": TIFF: ", reasons...);
  };
  const auto limit = static_cast<tmsize_t>(std::min(options.max_megapixels * 32e6 + 1e6, 9e18));
  const std::unique_ptr<TIFFOpenOptions, decltype(&TIFFOpenOptionsFree)> settings(TIFFOpenOptionsAlloc(), TIFFOpenOptionsFree);
  TIFFOpenOptionsSetMaxSingleMemAlloc(settings.get(), limit);
  TIFFOpenOptionsSetErrorHandlerExtR(settings.get(), TiffSource::complain, &source);
  TIFFOpenOptionsSetWarningHandlerExtR(settings.get(), TiffSource::pass_over, nullptr);
  const std::unique_ptr<TIFF, TiffClose> file(TIFFClientOpenExt("", "rm", &source, TiffSource::read, TiffSource::write, TiffSource::seek,
                                                                TiffSource::close, TiffSource::size, nullptr, nullptr, settings.get()));
  if (file == nullptr) refuse(source.problem.empty() ? "libtiff cannot read its header" : source.problem);
  TiffPage page(file.get());
  const ImageSize size{page.height, page.width};
  require_readable(name, 4, size, options);
  const int orientation = page.orientation >= 1 && page.orientation <= 8 ? page.orientation : 1;
  const auto turned = [&](Image photo) { return orientation == 1 ? std::move(photo) : apply_orientation(photo, orientation); };

  if (page.photometric == PHOTOMETRIC_YCBCR && page.compression == COMPRESSION_JPEG && page.planar == PLANARCONFIG_CONTIG &&
      page.samples == 3) {
    TIFFSetField(file.get(), TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    page.photometric = PHOTOMETRIC_RGB;
  } else if (page.photometric == PHOTOMETRIC_YCBCR) {
    std::vector<std::uint32_t> raster(static_cast<std::size_t>(size.height * size.width));
    const bool whole = TIFFReadRGBAImageOriented(file.get(), page.width, page.height, raster.data(), page.orientation, 1) == 1;
    if (!whole) refuse(source.problem.empty() ? "its pixels cannot be decoded" : source.problem);
    Image out(size);
    for (std::size_t i = 0; i < raster.size(); ++i) {
      std::uint8_t* target = out.pixels().data() + 3 * i;
      target[0] = static_cast<std::uint8_t>(TIFFGetR(raster[i]));
      target[1] = static_cast<std::uint8_t>(TIFFGetG(raster[i]));
      target[2] = static_cast<std::uint8_t>(TIFFGetB(raster[i]));
    }
    return turned(std::move(out));
  }
  if (!page.supported())
    refuse("photometric interpretation ", page.photometric, ", ", page.samples, " samples of ", page.bits, " bits, sample format ",
           page.format, ", which is not supported");

  // Blocks of the file, tiles or strips; each holds all samples of its pixels, or those of one plane.
  const bool tiled = TIFFIsTiled(file.get()) != 0, planes = page.planar == PLANARCONFIG_SEPARATE && page.samples > 1;
  std::uint32_t block_width = page.width, block_height = page.height;
  if (tiled) {
    TIFFGetField(file.get(), TIFFTAG_TILEWIDTH, &block_width);
    TIFFGetField(file.get(), TIFFTAG_TILELENGTH, &block_height);
  } else {
    TIFFGetFieldDefaulted(file.get(), TIFFTAG_ROWSPERSTRIP, &block_height);
    block_height = std::min(block_height, page.height);
  }
  const tmsize_t row_bytes = tiled ? TIFFTileRowSize(file.get()) : TIFFScanlineSize(file.get());
  const tmsize_t block_bytes = tiled ? TIFFTileSize(file.get()) : TIFFStripSize(file.get());
  const std::uint64_t row_needed = (std::uint64_t{block_width} * page.bits * (planes ? 1 : page.samples) + 7) / 8;
  if (block_width == 0 || block_height == 0 || row_bytes <= 0 || block_bytes <= 0 || block_bytes > limit ||
      std::cmp_less(row_bytes, row_needed) || row_bytes > block_bytes / static_cast<tmsize_t>(block_height))
    refuse("blocks of ", block_height, "x", block_width, " pixels, which cannot be decoded");

  const int plane_count = planes ? std::min<int>(page.samples, page.colours() + 1) : 1,
            used = std::min<int>(page.samples, page.colours() + 1);
  std::vector<std::vector<std::uint8_t>> blocks(static_cast<std::size_t>(plane_count),
                                                std::vector<std::uint8_t>(static_cast<std::size_t>(block_bytes)));
  Image out(size);
  for (std::uint32_t top = 0; top < page.height; top += std::min(block_height, page.height - top)) {
    for (std::uint32_t left = 0; left < page.width; left += std::min(block_width, page.width - left)) {
      const std::uint32_t rows = std::min(block_height, page.height - top), columns = std::min(block_width, page.width - left);
      for (int plane = 0; plane < plane_count; ++plane) {
        auto& block = blocks[static_cast<std::size_t>(plane)];
        const auto sample = static_cast<std::uint16_t>(plane);
        const tmsize_t expected = tiled ? block_bytes : row_bytes * static_cast<tmsize_t>(rows);
        const tmsize_t got =
            tiled ? TIFFReadEncodedTile(file.get(), TIFFComputeTile(file.get(), left, top, 0, sample), block.data(), expected)
                  : TIFFReadEncodedStrip(file.get(), TIFFComputeStrip(file.get(), top, sample), block.data(), expected);
        if (got != expected) refuse(source.problem.empty() ? "its pixels cannot be decoded" : source.problem);
      }
      for (std::uint32_t y = 0; y < rows; ++y) {
        std::uint8_t* target = out.row(top + y) + 3 * static_cast<std::int64_t>(left);
        for (std::uint32_t x = 0; x < columns; ++x, target += 3) {
          std::array<std::uint32_t, 5> values{};
          for (int s = 0; s < used; ++s) {
            const std::uint8_t* row = blocks[static_cast<std::size_t>(planes ? s : 0)].data() + y * static_cast<std::size_t>(row_bytes);
            values[static_cast<std::size_t>(s)] = page.sample(row, planes ? x : std::uint64_t{x} * page.samples + static_cast<unsigned>(s));
          }
          const auto colour = page.rgb(values, options);
          std::copy(colour.begin(), colour.end(), target);
        }
      }
    }
  }
  return turned(std::move(out));
}

inline const bool tiff_is_offered = [] {
  optional_decoders.tiff = &decode_tiff;
  return true;
}();

}  // namespace vpr::detail
