// SPDX-License-Identifier: MIT
/// @file
/// JPEG through libjpeg-turbo, whose default decoder equals Pillow's bit for bit, damaged files as Pillow takes them. Needs the target
/// `vpr::image`.
///
/// Memory: 3 bytes a pixel, 4 for CMYK; 2 more a sample (2 to 8 a pixel) where the photo is progressive; 3 more a pixel where it is turned.
#pragma once

#ifndef VPR_WITH_IMAGE
#error \
    "vpr/image/jpeg.hpp needs the component image: link the CMake target vpr::image, or, without CMake, compile with -DVPR_WITH_IMAGE and link jpeg, spng and z (Debian: libjpeg-dev libspng-dev zlib1g-dev)"
#endif

#include <vpr/image/jpeg_markers.hpp>
#include <vpr/image/read_options.hpp>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstdio>
#include <utility>

#include <jpeglib.h>

#ifndef LIBJPEG_TURBO_VERSION
#error "vpr/image/jpeg.hpp needs libjpeg-turbo's jpeglib.h; this one is of another libjpeg, whose pixels differ"
#endif

namespace vpr::detail {

/// What libjpeg calls where it cannot go on, since it must not return: the reason is kept, nothing is printed.
class JpegFailure {
 public:
  /// Whether `call`, which may own nothing, came back.
  template <class Call>
  bool survives(const Call& call) {
    if (setjmp(escape_) != 0) return false;
    call();
    return true;
  }
  const char* reason() const { return reason_.data(); }

 protected:
  template <class Info>
  void watch(Info& info) {
    info.err = jpeg_std_error(&manager_);
    info.client_data = this;
    manager_.error_exit = [](j_common_ptr failed) {
      auto& self = *static_cast<JpegFailure*>(failed->client_data);
      failed->err->format_message(failed, self.reason_.data());
      std::longjmp(self.escape_, 1);
    };
    manager_.output_message = [](j_common_ptr) {};
  }

 private:
  jpeg_error_mgr manager_{};
  std::jmp_buf escape_{};
  std::array<char, JMSG_LENGTH_MAX> reason_{};
};

/// libjpeg's decoder of a file in memory. It is fed as Pillow feeds it, 64 KB more each time it waits for data.
class JpegDecoder : public JpegFailure {
 public:
  jpeg_decompress_struct info{};

  /// @param finish  give an end marker where the data end; without it the decoder waits in vain
  JpegDecoder(std::span<const std::uint8_t> bytes, bool finish) : rest_(bytes), finish_(finish) {
    watch(info);
    created = survives([this] { jpeg_create_decompress(&info); });
    source_.init_source = source_.term_source = [](j_decompress_ptr) {};
    source_.resync_to_restart = jpeg_resync_to_restart;
    source_.fill_input_buffer = [](j_decompress_ptr decoder) { return self_of(decoder).end() ? TRUE : FALSE; };
    source_.skip_input_data = [](j_decompress_ptr decoder, long count) {
      self_of(decoder).skip(static_cast<std::size_t>(std::max(count, 0L)));
    };
    source_.next_input_byte = bytes.data();
    info.src = &source_;
  }
  ~JpegDecoder() { jpeg_destroy_decompress(&info); }
  JpegDecoder(const JpegDecoder&) = delete;
  JpegDecoder& operator=(const JpegDecoder&) = delete;

  /// Whether there was more data to give.
  bool feed() {
    const std::size_t count = std::min<std::size_t>(rest_.size(), 65536);
    source_.bytes_in_buffer += count;  // the next bytes of the file, right behind those not yet read
    rest_ = rest_.subspan(count);
    skip(std::exchange(to_skip_, 0));
    return count > 0;
  }

  bool created = false;

 private:
  static JpegDecoder& self_of(j_decompress_ptr decoder) {
    return static_cast<JpegDecoder&>(*static_cast<JpegFailure*>(decoder->client_data));
  }
  void skip(std::size_t count) {
    const std::size_t here = std::min(count, source_.bytes_in_buffer);
    source_.next_input_byte += here;
    source_.bytes_in_buffer -= here;
    to_skip_ = count - here;
  }
  bool end() {
    static constexpr std::array<JOCTET, 2> end_marker{0xFF, JPEG_EOI};
    if (!finish_ || !rest_.empty()) return false;
    source_.next_input_byte = end_marker.data();
    source_.bytes_in_buffer = end_marker.size();
    return true;
  }

  std::span<const std::uint8_t> rest_;
  bool finish_;
  std::size_t to_skip_ = 0;
  jpeg_source_mgr source_{};
};

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
///
/// Pillow takes whatever pixels the decoder gives, and refuses where the decoder gives up or waits for more data than the file has.
inline Image decode_jpeg(std::span<const std::uint8_t> bytes, const std::string& name, const ReadOptions& options, int& orientation) {
  const JpegHeader header = JpegMarkers(bytes, name).read();
  orientation = header.orientation.value();
  require_readable(name, header.frame_at, header.size, options);
  JpegDecoder decoder(bytes, options.accept_damaged);
  jpeg_decompress_struct& info = decoder.info;
  const auto gave_up = [&] {
    fail<FormatError>(name, ": byte ", header.scan_at, ": JPEG: ", decoder.reason(),
                      info.output_scanline > 0 ? " (ReadOptions::accept_damaged, or --accept-damaged, takes what can be decoded)" : "");
  };
  // Repeats a step of the decoder until it no longer waits for data.
  const auto step = [&](const auto& done) {
    bool finished = false;
    while (true) {
      if (!decoder.survives([&] { finished = done(); })) return false;
      if (finished) return true;
      VPR_REQUIRE(FormatError, decoder.feed(), name, ": byte ", bytes.size(),
                  ": JPEG: the image data end too early; is the file truncated? (ReadOptions::accept_damaged, or --accept-damaged, takes "
                  "what can be decoded)");
    }
  };

  int found = JPEG_SUSPENDED;
  if (!decoder.created || !step([&] { return (found = jpeg_read_header(&info, FALSE)) == JPEG_HEADER_OK; })) gave_up();
  const ImageSize size{info.image_height, info.image_width};
  VPR_REQUIRE(FormatError, size == header.size && info.num_components == header.components, name, ": byte ", header.frame_at,
              ": JPEG: two headers that say different sizes, ", header.size, " and ", size);
  const bool cmyk = header.components == 4;
  info.out_color_space = cmyk ? JCS_CMYK : JCS_RGB;
  if (!step([&] { return jpeg_start_decompress(&info) != FALSE; })) gave_up();

  // Rows are added as they come: a file that only claims to be large takes little memory.
  const std::size_t row_bytes = static_cast<std::size_t>(size.width) * (cmyk ? 4 : 3);
  std::vector<std::uint8_t> out;
  out.reserve(static_cast<std::size_t>(size.height) * row_bytes);
  for (std::int64_t y = 0; y < size.height; ++y) {
    out.resize(out.size() + row_bytes);
    JSAMPROW row = out.data() + out.size() - row_bytes;
    if (!step([&] { return jpeg_read_scanlines(&info, &row, 1) == 1; })) {
      if (!options.accept_damaged || y == 0) gave_up();
      out.resize(static_cast<std::size_t>(size.height) * row_bytes);
      break;
    }
  }
  // What stands behind the pixels may be missing, but must not be nonsense.
  if (!decoder.survives([&] { jpeg_finish_decompress(&info); }) && !options.accept_damaged) gave_up();
  if (cmyk) inverted_cmyk_to_rgb(out);
  return {size, std::move(out)};
}

}  // namespace vpr::detail
