// SPDX-License-Identifier: MIT
/// @file
/// Photos to files: JPEG, PNG, PPM. Needs the target `vpr::image`.
#pragma once

#ifndef VPR_WITH_IMAGE
#error \
    "vpr/image/write.hpp needs the component image: link the CMake target vpr::image, or, without CMake, compile with -DVPR_WITH_IMAGE and link jpeg, spng and z (Debian: libjpeg-dev libspng-dev zlib1g-dev)"
#endif

#include <vpr/image/jpeg.hpp>
#include <vpr/image/png.hpp>
#include <vpr/image/ppm.hpp>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include <sys/stat.h>
#include <unistd.h>

namespace vpr {
namespace detail {

/// libjpeg's encoder into memory.
class JpegEncoder : public JpegFailure {
 public:
  unsigned char* bytes = nullptr;
  unsigned long size = 0;

  JpegEncoder() { watch(info_); }
  ~JpegEncoder() {
    jpeg_destroy_compress(&info_);
    std::free(bytes);
  }
  JpegEncoder(const JpegEncoder&) = delete;
  JpegEncoder& operator=(const JpegEncoder&) = delete;

  jpeg_compress_struct& start(unsigned width, unsigned height, int quality) {
    jpeg_create_compress(&info_);
    jpeg_mem_dest(&info_, &bytes, &size);
    info_.image_width = width;
    info_.image_height = height;
    info_.input_components = 3;
    info_.in_color_space = JCS_RGB;
    jpeg_set_defaults(&info_);
    jpeg_set_quality(&info_, quality, TRUE);
    info_.dct_method = quality >= 96 ? JDCT_ISLOW : JDCT_FASTEST;
    jpeg_start_compress(&info_, TRUE);
    return info_;
  }

 private:
  jpeg_compress_struct info_{};
};

}  // namespace detail

/// A photo as a JPEG file, colour at half resolution (4:2:0) as most cameras store it.
/// @param quality  1 to 100.
/// @throws ShapeError for an empty photo or a side beyond 65500, ConfigError for a quality outside its range.
inline std::vector<std::uint8_t> encode_jpeg(const RgbPhoto& photo, int quality = 90) {
  detail::require_pixels(photo.size(), "encode JPEG");
  VPR_REQUIRE(ShapeError, photo.height <= 65500 && photo.width <= 65500, "encode JPEG: ", photo.size(), " is beyond a side of 65500");
  VPR_REQUIRE(ConfigError, quality >= 1 && quality <= 100, "encode JPEG: got the quality ", quality, ", want 1 to 100");
  detail::JpegEncoder encoder;
  const bool whole = encoder.survives([&] {
    jpeg_compress_struct& info = encoder.start(static_cast<unsigned>(photo.width), static_cast<unsigned>(photo.height), quality);
    for (std::int64_t y = 0; y < photo.height; ++y) {
      auto* row = const_cast<JSAMPLE*>(photo.row(y));
      jpeg_write_scanlines(&info, &row, 1);
    }
    jpeg_finish_compress(&info);
  });
  VPR_REQUIRE(Error, whole, "encode JPEG: ", encoder.reason());
  return {encoder.bytes, encoder.bytes + encoder.size};
}

/// A photo as a PNG file, 8-bit RGB, without loss.
/// @throws ShapeError for an empty photo.
inline std::vector<std::uint8_t> encode_png(const RgbPhoto& photo) {
  detail::require_pixels(photo.size(), "encode PNG");
  const detail::Spng encoder(spng_ctx_new(SPNG_CTX_ENCODER));
  VPR_REQUIRE(Error, encoder != nullptr, "encode PNG: out of memory");
  const auto check = [](int status) { VPR_REQUIRE(Error, status == SPNG_OK || status == SPNG_EOI, "encode PNG: ", spng_strerror(status)); };
  check(spng_set_option(encoder.get(), SPNG_ENCODE_TO_BUFFER, 1));
  spng_ihdr header{};
  header.width = static_cast<std::uint32_t>(photo.width);
  header.height = static_cast<std::uint32_t>(photo.height);
  header.bit_depth = 8;
  header.color_type = SPNG_COLOR_TYPE_TRUECOLOR;
  check(spng_set_ihdr(encoder.get(), &header));
  check(spng_encode_image(encoder.get(), nullptr, 0, SPNG_FMT_PNG, SPNG_ENCODE_PROGRESSIVE | SPNG_ENCODE_FINALIZE));
  for (std::int64_t y = 0; y < photo.height; ++y)
    check(spng_encode_row(encoder.get(), photo.row(y), static_cast<std::size_t>(3 * photo.width)));
  std::size_t size = 0;
  int status = SPNG_OK;
  const std::unique_ptr<void, decltype(&std::free)> bytes(spng_get_png_buffer(encoder.get(), &size, &status), std::free);
  check(status);
  const auto* begin = static_cast<const std::uint8_t*>(bytes.get());
  return {begin, begin + size};
}

/// Writes a photo in the format that the path's ending names: .jpg, .jpeg, .png or .ppm.
/// @throws ConfigError for another ending, IoError with path and reason where the file cannot be written.
inline void write_image(const std::string& path, const RgbPhoto& photo) {
  const auto ends = [&](std::string_view ending) { return path.ends_with(ending); };
  VPR_REQUIRE(ConfigError, ends(".jpg") || ends(".jpeg") || ends(".png") || ends(".ppm"), path,
              ": photos are written as .jpg, .jpeg, .png or .ppm");
  const std::vector<std::uint8_t> bytes = ends(".png") ? encode_png(photo) : ends(".ppm") ? encode_ppm(photo) : encode_jpeg(photo);
  std::ofstream file(path, std::ios::binary);
  const bool opened = file.is_open();
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  file.close();
  const int error = errno;
  struct stat status {};
  if (file.fail() && opened && ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode))
    ::unlink(path.c_str());  // half a photo is none
  VPR_REQUIRE(IoError, !file.fail(), path, ": cannot be written: ", std::strerror(error));
}

}  // namespace vpr
