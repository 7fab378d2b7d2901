// SPDX-License-Identifier: MIT
/// @file
/// PNG through libspng, damaged files as Pillow takes them. Needs the target `vpr::image`.
///
/// Memory: 3 bytes a pixel, 4 where transparency is laid over white, and 3 more where the photo is turned.
#pragma once

#ifndef VPR_WITH_IMAGE
#error \
    "vpr/image/png.hpp needs the component image: link the CMake target vpr::image, or, without CMake, compile with -DVPR_WITH_IMAGE and link jpeg, spng and z (Debian: libjpeg-dev libspng-dev zlib1g-dev)"
#endif

#include <vpr/image/png_chunks.hpp>
#include <vpr/image/read_options.hpp>

#include <spng.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

namespace vpr::detail {

/// Compressed pixels in place of those that end early, the rows that lack black, as Pillow leaves them. Nothing unless the data end in good
/// order after a whole row; `damaged` takes any.
inline std::vector<std::uint8_t> completed(const PngChunks& chunks, bool damaged) {
  std::size_t all = 0;
  for (const auto& [rows, bytes] : png_rows(chunks)) all += rows * bytes;
  std::vector<std::uint8_t> raw(all + 1);
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) return {};
  stream.next_out = raw.data();
  int status = Z_OK;
  for (const auto part : chunks.data) {
    stream.next_in = const_cast<std::uint8_t*>(part.data());
    stream.avail_in = static_cast<uInt>(part.size());
    while (status == Z_OK && stream.avail_in > 0 && stream.total_out < raw.size()) {
      stream.avail_out = static_cast<uInt>(std::min<std::size_t>(raw.size() - stream.total_out, 1U << 30));
      status = inflate(&stream, Z_NO_FLUSH);
    }
  }
  std::size_t left = stream.total_out;
  inflateEnd(&stream);
  bool whole_rows = false;
  for (const auto& [rows, bytes] : png_rows(chunks)) {
    whole_rows = whole_rows || (left > 0 && left <= rows * bytes && left % bytes == 0);
    left -= std::min(left, rows * bytes);
  }
  if (!damaged && (status != Z_STREAM_END || !whole_rows)) return {};
  raw.pop_back();
  uLongf length = compressBound(static_cast<uLong>(raw.size()));
  std::vector<std::uint8_t> data(length);
  compress2(data.data(), &length, raw.data(), static_cast<uLong>(raw.size()), 1);
  data.resize(length);
  return data;
}

/// A plain PNG file made of the chunks that count, and libspng's reader of it.
class PngStream {
 public:
  PngStream(const PngChunks& chunks, bool with_transparency) {
    begin_.assign(png_signature.begin(), png_signature.end());
    std::vector<std::uint8_t> header;
    for (const std::int64_t side : {chunks.size.width, chunks.size.height}) append(header, static_cast<std::uint32_t>(side));
    for (const int value : {chunks.depth, chunks.colour, 0, 0, chunks.interlaced ? 1 : 0})
      header.push_back(static_cast<std::uint8_t>(value));
    chunk(begin_, "IHDR", header);
    if (chunks.colour == 3)
      chunk(begin_, "PLTE", std::vector<std::uint8_t>(std::size_t{3} << chunks.depth));  // libspng wants one; the colours are ours
    if (with_transparency && chunks.colour != 3) chunk(begin_, "tRNS", chunks.transparent);
    append(begin_, static_cast<std::uint32_t>(std::min<std::size_t>(chunks.data_bytes, 0x7FFFFFFF)));
    begin_.insert(begin_.end(), {'I', 'D', 'A', 'T'});
    uLong sum = crc32(0, begin_.data() + begin_.size() - 4, 4);
    for (const auto part : chunks.data) sum = crc32(sum, part.data(), static_cast<uInt>(part.size()));
    append(end_, static_cast<std::uint32_t>(sum));
    chunk(end_, "IEND", {});
    parts_.push_back(begin_);
    parts_.insert(parts_.end(), chunks.data.begin(), chunks.data.end());
    parts_.push_back(end_);
  }
  PngStream(const PngStream&) = delete;
  PngStream& operator=(const PngStream&) = delete;

  static int read(spng_ctx*, void* self, void* target, std::size_t length) {
    auto& stream = *static_cast<PngStream*>(self);
    auto* out = static_cast<std::uint8_t*>(target);
    while (length > 0) {
      if (stream.part_ == stream.parts_.size()) return SPNG_IO_EOF;
      const auto rest = stream.parts_[stream.part_].subspan(stream.offset_);
      const std::size_t count = std::min(length, rest.size());
      out = std::copy_n(rest.begin(), count, out);
      length -= count;
      stream.offset_ += count;
      if (count == rest.size()) {
        ++stream.part_;
        stream.offset_ = 0;
      }
    }
    return SPNG_OK;
  }

 private:
  static void append(std::vector<std::uint8_t>& bytes, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(value >> shift));
  }
  static void chunk(std::vector<std::uint8_t>& bytes, std::string_view type, std::span<const std::uint8_t> body) {
    append(bytes, static_cast<std::uint32_t>(body.size()));
    const std::size_t begin = bytes.size();
    bytes.insert(bytes.end(), type.begin(), type.end());
    bytes.insert(bytes.end(), body.begin(), body.end());
    append(bytes, static_cast<std::uint32_t>(crc32(0, bytes.data() + begin, static_cast<uInt>(bytes.size() - begin))));
  }

  std::vector<std::uint8_t> begin_, end_;
  std::vector<std::span<const std::uint8_t>> parts_;
  std::size_t part_ = 0;
  std::size_t offset_ = 0;
};

struct SpngClose {
  void operator()(spng_ctx* context) const { spng_ctx_free(context); }
};
using Spng = std::unique_ptr<spng_ctx, SpngClose>;

/// 16-bit grey in the machine's byte order to RGB, in place at the front of a buffer of 3 bytes a pixel.
inline void grey16_to_rgb(std::vector<std::uint8_t>& pixels, ReadAs as) {
  for (std::size_t i = pixels.size() / 3; i-- > 0;) {
    std::uint16_t value;
    std::memcpy(&value, pixels.data() + 2 * i, 2);
    std::fill_n(pixels.data() + 3 * i, 3,
                static_cast<std::uint8_t>(as == ReadAs::pillow ? std::min<int>(value, 255) : (value * 255 + 32767) / 65535));
  }
}

/// Palette indices of `depth` bits, packed row by row, to RGB in place at the front of a buffer of 3 bytes a pixel.
inline void palette_to_rgb(std::vector<std::uint8_t>& pixels, ImageSize size, int depth,
                           const std::array<std::array<std::uint8_t, 4>, 256>& palette, bool white) {
  const std::int64_t row_bytes = (size.width * depth + 7) / 8;
  for (std::int64_t i = size.height * size.width; i-- > 0;) {
    const std::int64_t bit = i % size.width * depth;
    const int packed = pixels[static_cast<std::size_t>(i / size.width * row_bytes + bit / 8)];
    const auto& colour = palette[static_cast<std::size_t>((packed >> (8 - depth - bit % 8)) & ((1 << depth) - 1))];
    for (std::size_t c = 0; c < 3; ++c) pixels[static_cast<std::size_t>(3 * i) + c] = over_white(colour[c], white ? colour[3] : 255);
  }
}

/// The rows that libspng makes of `chunks`, `row_bytes` each. Without an error they are all there.
struct PngPixels {
  std::vector<std::uint8_t> bytes;
  int error = SPNG_OK;
};

inline PngPixels png_pixels(const PngChunks& chunks, int format, bool transparency) {
  PngStream stream(chunks, transparency && !chunks.transparent.empty());
  const Spng decoder(spng_ctx_new(0));
  if (decoder == nullptr) return {{}, SPNG_EMEM};
  std::size_t length = 0;
  int status = spng_set_png_stream(decoder.get(), PngStream::read, &stream);
  if (status == SPNG_OK) status = spng_decoded_image_size(decoder.get(), format, &length);
  if (status == SPNG_OK)
    status = spng_decode_image(decoder.get(), nullptr, 0, format, SPNG_DECODE_PROGRESSIVE | (transparency ? SPNG_DECODE_TRNS : 0));
  if (status != SPNG_OK) return {{}, status};

  // Rows are added as they come: a file that only claims to be large takes little memory. The passes of an interlaced one write everywhere.
  const std::size_t row_bytes = length / static_cast<std::size_t>(chunks.size.height);
  std::vector<std::uint8_t> out(chunks.interlaced ? length : 0);
  out.reserve(static_cast<std::size_t>(chunks.size.height * chunks.size.width * (transparency ? 4 : 3)));
  spng_row_info row{};
  while ((status = spng_get_row_info(decoder.get(), &row)) == SPNG_OK) {
    if (!chunks.interlaced) out.resize(out.size() + row_bytes);
    status = spng_decode_row(decoder.get(), out.data() + row.row_num * row_bytes, row_bytes);
    if (status != SPNG_OK) break;
  }
  return {std::move(out), status == SPNG_EOI ? SPNG_OK : status};
}

/// Decodes a PNG file. EXIF orientation is left to `decode_image`, which gets it here.
inline Image decode_png(std::span<const std::uint8_t> bytes, const std::string& name, const ReadOptions& options, int& orientation) {
  PngChunks chunks(bytes, name);
  const ImageSize size = chunks.size;
  require_readable(name, 16, size, options);
  const bool indexed = chunks.colour == 3, person = options.as == ReadAs::person;
  const bool rgba = person && !indexed && (!chunks.transparent.empty() || (chunks.colour & 4) != 0);
  const bool grey16 = chunks.colour == 0 && chunks.depth == 16 && !rgba;
  const int format = indexed || grey16 ? SPNG_FMT_PNG : rgba ? SPNG_FMT_RGBA8 : SPNG_FMT_RGB8;

  PngPixels pixels = png_pixels(chunks, format, rgba);
  const int first_error = pixels.error;
  if (first_error == SPNG_OK) {
    chunks.read_rest();
  } else if (const std::vector<std::uint8_t> data = completed(chunks, options.accept_damaged); !data.empty()) {
    chunks.data = {data};
    chunks.data_bytes = data.size();
    pixels = png_pixels(chunks, format, rgba);
  }
  VPR_REQUIRE(FormatError, pixels.error == SPNG_OK, name, ": byte ", chunks.data_at, ": PNG: ",
              first_error == SPNG_IO_EOF || first_error == SPNG_EIDAT_TOO_SHORT ? "the pixel data end too early; is the file truncated?"
                                                                                : spng_strerror(first_error));
  orientation = chunks.orientation.value();
  std::vector<std::uint8_t> out = std::move(pixels.bytes);
  out.resize(static_cast<std::size_t>(size.height * size.width * (rgba ? 4 : 3)));
  if (indexed) palette_to_rgb(out, size, chunks.depth, chunks.palette, person);
  if (rgba) rgba_to_rgb(out, true);
  if (grey16) grey16_to_rgb(out, options.as);
  return {size, std::move(out)};
}

}  // namespace vpr::detail
