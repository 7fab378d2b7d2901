// SPDX-License-Identifier: MIT
/// @file
/// WebP through libwebp, as Pillow calls it: of an animation the first picture. Needs the target `vpr::webp`.
///
/// Memory: 3 bytes a pixel and what libwebp needs, up to 4 more; with alpha over white 4 and 4; of an animation 15.
#pragma once

#ifndef VPR_WITH_WEBP
#error \
    "vpr/image/webp.hpp needs the component webp: link the CMake target vpr::webp, or, without CMake, compile with -DVPR_WITH_WEBP and link webpdemux and webp (Debian: libwebp-dev)"
#endif

#include <vpr/image/exif.hpp>
#include <vpr/image/optional_decoders.hpp>

#include <webp/decode.h>
#include <webp/demux.h>

#include <memory>
#include <utility>
#include <vector>

namespace vpr::detail {

/// Decodes a WebP file. The same libwebp gives the same pixels; lossless ones are equal in every version.
inline Image decode_webp(std::span<const std::uint8_t> bytes, const std::string& name, const ReadOptions& options, int& orientation) {
  const WebPData data{bytes.data(), bytes.size()};
  const std::unique_ptr<WebPDemuxer, decltype(&WebPDemuxDelete)> file(WebPDemux(&data), WebPDemuxDelete);
  WebPBitstreamFeatures features;
  VPR_REQUIRE(FormatError, file != nullptr && WebPGetFeatures(bytes.data(), bytes.size(), &features) == VP8_STATUS_OK, name,
              ": byte 0: WebP: libwebp cannot read its chunks; is the file truncated?");
  const ImageSize size{WebPDemuxGetI(file.get(), WEBP_FF_CANVAS_HEIGHT), WebPDemuxGetI(file.get(), WEBP_FF_CANVAS_WIDTH)};
  require_readable(name, 12, size, options);
  OrientationRemarks remarks;
  for (const char* kind : {"EXIF", "XMP "}) {
    WebPChunkIterator chunk{};
    if (WebPDemuxGetChunk(file.get(), kind, 1, &chunk) != 0) {
      const auto* bytes_of_text = reinterpret_cast<const char*>(chunk.chunk.bytes);
      if (kind[0] == 'E') remarks.read_exif({chunk.chunk.bytes, chunk.chunk.size});
      if (kind[0] == 'X') remarks.read_xmp({bytes_of_text, chunk.chunk.size});
    }
    WebPDemuxReleaseChunkIterator(&chunk);
  }
  orientation = remarks.value();

  const char* const damaged = ": byte 12: WebP: libwebp cannot decode its pixels; is the file damaged?";
  const bool white = options.as == ReadAs::person && features.has_alpha != 0;
  if (features.has_animation == 0) {
    auto out = zeros_for<std::vector<std::uint8_t>>(size, white ? 4 : 3, name.c_str());
    const auto decode = white ? &WebPDecodeRGBAInto : &WebPDecodeRGBInto;
    const auto stride = static_cast<int>((white ? 4 : 3) * size.width);
    VPR_REQUIRE(FormatError, decode(bytes.data(), bytes.size(), out.data(), out.size(), stride) != nullptr, name, damaged);
    if (white) rgba_to_rgb(out, true);
    return {size, std::move(out)};
  }

  const std::unique_ptr<WebPAnimDecoder, decltype(&WebPAnimDecoderDelete)> decoder(WebPAnimDecoderNew(&data, nullptr),
                                                                                   WebPAnimDecoderDelete);
  std::uint8_t* rgba = nullptr;  // of the decoder
  int milliseconds = 0;
  VPR_REQUIRE(FormatError, decoder != nullptr && WebPAnimDecoderGetNext(decoder.get(), &rgba, &milliseconds) != 0, name, damaged);
  std::vector<std::uint8_t> out(rgba, rgba + 4 * size.height * size.width);
  rgba_to_rgb(out, white);
  return {size, std::move(out)};
}

inline const bool webp_is_offered = [] {
  optional_decoders.webp = &decode_webp;
  return true;
}();

}  // namespace vpr::detail
