// SPDX-License-Identifier: MIT
/// @file
/// Photos from files. Needs the target `vpr::image`.
#pragma once

#ifndef VPR_WITH_IMAGE
#error "vpr/image/read.hpp needs the CMake target vpr::image (TurboJPEG and libspng): find_package(vpr COMPONENTS image), link vpr::image"
#endif

#include <vpr/image/jpeg.hpp>
#include <vpr/image/png.hpp>
#include <vpr/image/ppm.hpp>

#include <cerrno>
#include <cstring>
#include <fstream>

#include <sys/stat.h>

namespace vpr {
namespace detail {

/// A file's bytes, read rather than mapped: a photo that another process shortens meanwhile must not end this one.
inline std::vector<std::uint8_t> read_photo_file(const std::string& path, std::int64_t most) {
  struct stat status {};
  const bool found = ::stat(path.c_str(), &status) == 0;
  VPR_REQUIRE(IoError, found, path, ": cannot be opened: ", std::strerror(errno));
  VPR_REQUIRE(IoError, S_ISREG(status.st_mode), path,
              S_ISDIR(status.st_mode) ? ": is a directory, expected a file" : ": is not a regular file");
  VPR_REQUIRE(FormatError, status.st_size <= most, path, ": byte ", most, ": the file is longer than this (ReadOptions::max_bytes)");
  std::ifstream file(path, std::ios::binary);
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(status.st_size));
  file.read(reinterpret_cast<char*>(bytes.data()), status.st_size);
  VPR_REQUIRE(IoError, !file.fail(), path, ": cannot be read: ", std::strerror(errno));
  return bytes;
}

}  // namespace detail

/// Decodes a JPEG, PNG, PPM or PGM file held in memory, whichever its content says it is. `name` stands in errors.
/// Memory stays under `options.max_bytes`, whatever the file claims.
/// @throws FormatError with name, byte and reason. Golden: image_decode_*.
inline Image decode_image(std::span<const std::uint8_t> bytes, const std::string& name, const ReadOptions& options = {}) {
  const auto begins = [&](std::initializer_list<std::uint8_t> magic) {
    return bytes.size() >= magic.size() && std::equal(magic.begin(), magic.end(), bytes.begin());
  };
  int orientation = 1;
  Image photo;
  if (begins({0xFF, 0xD8, 0xFF})) {
    photo = detail::decode_jpeg(bytes, name, options, orientation);
  } else if (bytes.size() >= 8 && std::equal(detail::png_signature.begin(), detail::png_signature.end(), bytes.begin())) {
    photo = detail::decode_png(bytes, name, options, orientation);
  } else if (detail::is_ppm(bytes)) {
    photo = decode_ppm(bytes, name, options);
  } else {
    fail<FormatError>(name, ": byte 0: ", bytes.empty() ? "the file is empty" : "neither a JPEG nor a PNG, PPM or PGM file");
  }
  if (detail::turns(options, orientation)) return apply_orientation(photo, orientation);
  return photo;
}

/// Reads a photo: height × width × 3 bytes, red first.
/// @throws IoError with path and reason where the file cannot be read, FormatError with path, byte and reason where it breaks its format.
inline Image read_image(const std::string& path, const ReadOptions& options = {}) {
  return decode_image(detail::read_photo_file(path, options.max_bytes), path, options);
}

}  // namespace vpr
