// SPDX-License-Identifier: MIT
/// @file
/// Photos from files. Needs the target `vpr::image`; WebP, TIFF, GIF, HEIC and AVIF are read where a file of the program is compiled with
/// `vpr::webp`, `vpr::tiff`, `vpr::gif`, `vpr::heif`.
#pragma once

#ifndef VPR_WITH_IMAGE
#error \
    "vpr/image/read.hpp needs the component image: link the CMake target vpr::image, or, without CMake, compile with -DVPR_WITH_IMAGE and link jpeg, spng and z (Debian: libjpeg-dev libspng-dev zlib1g-dev)"
#endif

#include <vpr/image/apart.hpp>
#include <vpr/image/image.hpp>
#include <vpr/image/optional_decoders.hpp>
#include <vpr/image/read_options.hpp>
#if VPR_IMAGE_BODIES
#include <vpr/image/bmp.hpp>
#include <vpr/image/jpeg.hpp>
#include <vpr/image/png.hpp>
#include <vpr/image/ppm.hpp>
#endif

#ifdef VPR_WITH_WEBP
#include <vpr/image/webp.hpp>
#endif
#ifdef VPR_WITH_TIFF
#include <vpr/image/tiff.hpp>
#endif
#ifdef VPR_WITH_GIF
#include <vpr/image/gif.hpp>
#endif
#ifdef VPR_WITH_HEIF
#include <vpr/image/heif.hpp>
#endif

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace vpr {

/// Decodes a photo held in memory, whichever format its content says it is: JPEG, PNG, BMP, PPM, PGM or PBM; WebP, TIFF, GIF, HEIC or AVIF
/// with their components. `name` stands in errors. Memory is taken for at most `options.max_megapixels`, whatever the file claims.
/// @throws FormatError with name, byte and reason, Error where there is no memory for so large a photo. Golden: image_decode_*.
VPR_IMAGE_FUNCTION Image decode_image(std::span<const std::uint8_t> bytes, const std::string& name, const ReadOptions& options = {});

/// Reads a photo: height × width × 3 bytes, red first. Devices, pipes and folders are refused at once.
/// @throws IoError with path and reason where the file cannot be read, FormatError with path, byte and reason where it breaks its format.
VPR_IMAGE_FUNCTION Image read_image(const std::string& path, const ReadOptions& options = {});

#if VPR_IMAGE_BODIES
namespace detail {

/// A file's bytes, read rather than mapped: a photo that another process shortens meanwhile must not end this one. Never waits for a pipe.
inline std::vector<std::uint8_t> read_photo_file(const std::string& path, const ReadOptions& options) {
  require_limit(options);
  struct File {
    int descriptor;
    ~File() {
      if (descriptor >= 0) ::close(descriptor);
    }
  } const file{::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)};
  struct stat status {};
  VPR_REQUIRE(IoError, file.descriptor >= 0 && ::fstat(file.descriptor, &status) == 0, path, ": cannot be opened: ", std::strerror(errno));
  VPR_REQUIRE(IoError, S_ISREG(status.st_mode), path,
              S_ISDIR(status.st_mode) ? ": is a directory, expected a file" : ": is not a regular file");
  const double most = options.max_megapixels * 16e6 + 1e6;
  VPR_REQUIRE(FormatError, static_cast<double>(status.st_size) <= most, path, ": byte ", most, ": the file is longer than photos of ",
              options.max_megapixels, " megapixels are (ReadOptions::max_megapixels, or --max-megapixels)");
  try {
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(status.st_size));
    std::size_t done = 0;
    while (done < bytes.size()) {
      const ssize_t count = ::read(file.descriptor, bytes.data() + done, bytes.size() - done);
      if (count < 0 && errno == EINTR) continue;
      VPR_REQUIRE(IoError, count >= 0, path, ": cannot be read: ", std::strerror(errno));
      if (count == 0) break;
      done += static_cast<std::size_t>(count);
    }
    bytes.resize(done);
    return bytes;
  } catch (const std::bad_alloc&) {
    fail<IoError>(path, ": there is no memory for its ", status.st_size, " bytes");
  }
}

}  // namespace detail

VPR_IMAGE_FUNCTION Image decode_image(std::span<const std::uint8_t> bytes, const std::string& name, const ReadOptions& options) {
  int orientation = 1;
  const auto decoded = [&]() -> Image {
    if (detail::begins(bytes, "\xFF\xD8\xFF")) return detail::decode_jpeg(bytes, name, options, orientation);
    if (detail::begins(bytes, {reinterpret_cast<const char*>(detail::png_signature.data()), 8}))
      return detail::decode_png(bytes, name, options, orientation);
    if (detail::is_ppm(bytes)) return decode_ppm(bytes, name, options);
    const auto optional = [&](detail::PhotoDecoder decoder, const char* format, const char* component) {
      return detail::decode_optional(decoder, format, component, bytes, name, options, orientation);
    };
    if (detail::is_webp(bytes)) return optional(detail::optional_decoders.webp, "WebP", "webp");
    if (detail::is_tiff(bytes)) return optional(detail::optional_decoders.tiff, "TIFF", "tiff");
    if (detail::is_gif(bytes)) return optional(detail::optional_decoders.gif, "GIF", "gif");
    if (detail::is_heif(bytes)) return optional(detail::optional_decoders.heif, "HEIC or AVIF", "heif");
    if (detail::begins(bytes, "BM")) return detail::decode_bmp(bytes, name, options);
    VPR_REQUIRE(FormatError, !bytes.empty(), name, ": byte 0: the file is empty");
    const std::string_view format = detail::unread_format(bytes);
    VPR_REQUIRE(FormatError, format.empty(), name, ": byte 0: this is ", format, ", expected a JPEG, PNG or other photo");
    fail<FormatError>(name, ": byte 0: neither a JPEG nor a PNG nor another format of photos that is known");
  };
  try {
    Image photo = decoded();
    if (detail::turns(options, orientation)) return apply_orientation(photo, orientation);
    return photo;
  } catch (const std::bad_alloc&) {
    fail<Error>(name, ": there is no memory to decode the photo");
  }
}

VPR_IMAGE_FUNCTION Image read_image(const std::string& path, const ReadOptions& options) {
  return decode_image(detail::read_photo_file(path, options), path, options);
}
#endif

}  // namespace vpr
