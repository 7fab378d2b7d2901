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

#include <vpr/image/exif.hpp>
#include <vpr/image/read_options.hpp>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <utility>

#include <jpeglib.h>

#ifndef LIBJPEG_TURBO_VERSION
#error "vpr/image/jpeg.hpp needs libjpeg-turbo's jpeglib.h; this one is of another libjpeg, whose pixels differ"
#endif

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
