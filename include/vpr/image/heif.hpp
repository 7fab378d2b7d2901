// SPDX-License-Identifier: MIT
/// @file
/// HEIC and AVIF through libheif, as far as it was built with their decoders. Needs the target `vpr::heif`.
///
/// Memory: about 12 bytes a pixel, and what the video decoder keeps.
#pragma once

#ifndef VPR_WITH_HEIF
#error \
    "vpr/image/heif.hpp needs the component heif: link the CMake target vpr::heif, or, without CMake, compile with -DVPR_WITH_HEIF and link heif (Debian: libheif-dev)"
#endif

#include <vpr/image/optional_decoders.hpp>

#include <libheif/heif.h>

#include <memory>

namespace vpr::detail {

/// Decodes the main picture of a HEIC or AVIF file. A HEIC is turned as the file says, as all its readers do; an AVIF only where asked for,
/// as Pillow reads it. Other libraries' pixels differ by a few levels, since each enlarges the colours in its own way.
inline Image decode_heif(std::span<const std::uint8_t> bytes, const std::string& name, const ReadOptions& options, int&) {
  const auto check = [&](const heif_error& error) {
    VPR_REQUIRE(FormatError, error.code == heif_error_Ok, name, ": byte 0: HEIF: ", error.message);
  };
  const std::unique_ptr<heif_context, decltype(&heif_context_free)> context(heif_context_alloc(), heif_context_free);
  check(heif_context_read_from_memory_without_copy(context.get(), bytes.data(), bytes.size(), nullptr));
  heif_image_handle* raw_handle = nullptr;
  check(heif_context_get_primary_image_handle(context.get(), &raw_handle));
  const std::unique_ptr<const heif_image_handle, decltype(&heif_image_handle_release)> handle(raw_handle, heif_image_handle_release);
  require_readable(name, 0, {heif_image_handle_get_height(handle.get()), heif_image_handle_get_width(handle.get())}, options);

  const std::unique_ptr<heif_decoding_options, decltype(&heif_decoding_options_free)> settings(heif_decoding_options_alloc(),
                                                                                               heif_decoding_options_free);
  const bool avif = begins(bytes, "avif", 8) || begins(bytes, "avis", 8);
  settings->ignore_transformations = avif && !options.upright && options.as == ReadAs::pillow ? 1 : 0;
  const bool rgba = heif_image_handle_has_alpha_channel(handle.get()) != 0;
  heif_image* raw_image = nullptr;
  check(heif_decode_image(handle.get(), &raw_image, heif_colorspace_RGB, rgba ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB,
                          settings.get()));
  const std::unique_ptr<const heif_image, decltype(&heif_image_release)> image(raw_image, heif_image_release);
  int stride = 0;
  const std::uint8_t* pixels = heif_image_get_plane_readonly(image.get(), heif_channel_interleaved, &stride);
  const ImageSize size{heif_image_get_height(image.get(), heif_channel_interleaved),
                       heif_image_get_width(image.get(), heif_channel_interleaved)};
  require_readable(name, 0, size, options);
  VPR_REQUIRE(FormatError, pixels != nullptr, name, ": byte 0: HEIF: libheif gave no pixels");
  const ImageView view(pixels, size.height, size.width, stride, rgba ? PixelOrder::rgba : PixelOrder::rgb);
  Image out = to_rgb(view);
  if (!rgba || options.as == ReadAs::pillow) return out;
  for (std::int64_t y = 0; y < size.height; ++y) {
    for (std::int64_t x = 0; x < 3 * size.width; ++x) out.row(y)[x] = over_white(out.row(y)[x], view.row(y)[x / 3 * 4 + 3]);
  }
  return out;
}

inline const bool heif_is_offered = [] {
  optional_decoders.heif = &decode_heif;
  return true;
}();

}  // namespace vpr::detail
