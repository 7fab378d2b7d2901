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

#include <vpr/image/exif.hpp>
#include <vpr/image/read_options.hpp>

#include <spng.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace vpr::detail {

inline constexpr std::array<std::uint8_t, 8> png_signature{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

/// EXIF as ImageMagick writes it into a chunk of text, compressed or not: a keyword, a line `exif`, one with the length, then hexadecimal
/// digits. Nothing where the text is another, empty where it breaks off.
inline std::optional<std::vector<std::uint8_t>> png_exif_profile(std::span<const std::uint8_t> chunk, bool compressed) {
  constexpr std::string_view keyword("Raw profile type exif\0", 22);
  constexpr uLongf longest = 1 << 20;
  std::string text(chunk.begin(), chunk.end());
  if (!text.starts_with(keyword)) return std::nullopt;
  text.erase(0, keyword.size());
  if (compressed) {
    std::string inflated(longest, '\0');
    uLongf size = longest;
    const auto* from = reinterpret_cast<const Bytef*>(text.data()) + 1;  // behind the method
    const bool whole =
        !text.empty() && uncompress(reinterpret_cast<Bytef*>(inflated.data()), &size, from, static_cast<uLong>(text.size() - 1)) == Z_OK;
    if (!whole) return std::vector<std::uint8_t>();
    text = inflated.substr(0, size);
  }
  std::size_t at = 0;
  for (int line = 0; line < 3 && at < text.size(); ++line) at = std::min(text.find('\n', at), text.size() - 1) + 1;
  std::vector<std::uint8_t> profile;
  int half = -1;
  for (; at < text.size(); ++at) {
    const std::size_t digit = std::string_view("0123456789abcdef").find(static_cast<char>(text[at] | 32));  // a capital, too
    if (digit == std::string_view::npos) continue;
    if (half >= 0) profile.push_back(static_cast<std::uint8_t>(half * 16 + static_cast<int>(digit)));
    half = half >= 0 ? -1 : static_cast<int>(digit);
  }
  return profile;
}

/// The chunks of a PNG file, as far as its pixels depend on them. It refuses what Pillow refuses and no more: checksums count before the
/// pixels' data only, kinds that nobody knows are passed over, the end chunk may be missing.
class PngChunks {
 public:
  ImageSize size;
  int depth = 0;
  int colour = 0;
  bool interlaced = false;
  OrientationRemarks orientation;
  std::array<std::array<std::uint8_t, 4>, 256> palette{};  ///< with alpha; black where the file has no colour
  std::span<const std::uint8_t> transparent;               ///< tRNS, empty without one
  std::vector<std::span<const std::uint8_t>> data;         ///< the compressed pixels, in pieces
  std::size_t data_at = 0;
  std::size_t data_bytes = 0;

  PngChunks(std::span<const std::uint8_t> bytes, const std::string& name) : bytes_(bytes), name_(name) {
    for (auto& colour_and_alpha : palette) colour_and_alpha[3] = 255;
    at_ = png_signature.size();
    while (true) {
      const auto [type, body] = next();
      if (type == "IDAT") break;
      if (type == "IEND" || type == "fdAT") refuse("the file has no pixel data");
      if (left() < 4 ||
          crc32(crc32(0, body.data() - 4, 4), body.data(), static_cast<uInt>(body.size())) != big_endian(bytes_.data() + at_, 4))
        refuse("a wrong checksum in the chunk ", type);
      at_ += 4;
      read(type, body);
    }
    if (depth == 0) refuse("the file has no header chunk (IHDR)");
    read_data();
  }

  /// What follows the pixels, which Pillow reads where these were whole: a chunk that is cut or too short refuses the file.
  void read_rest() {
    while (left() >= 12) {
      at_ += 4;  // the checksum of the chunk before
      const std::string_view type = kind();
      if (type == "IEND" || (type == "fcTL" && animated_) || !is_kind(type)) return;
      const auto [_, body] = next();
      read(type, body);
    }
  }

  template <class... Parts>
  [[noreturn]] void refuse(const Parts&... parts) const {
    fail<FormatError>(name_, ": byte ", std::min(chunk_, bytes_.size()), ": PNG: ", parts...);
  }

 private:
  std::size_t left() const { return bytes_.size() - std::min(at_, bytes_.size()); }
  std::string_view kind() const { return {reinterpret_cast<const char*>(bytes_.data()) + at_ + 4, 4}; }
  static bool is_kind(std::string_view type) {
    return std::all_of(type.begin(), type.end(),
                       [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; });
  }

  /// The chunk that begins here; for pixels, which may be cut, an empty body. Moves on to its checksum.
  std::pair<std::string_view, std::span<const std::uint8_t>> next() {
    chunk_ = at_;
    if (left() < 8) refuse("the file ends before its pixel data; is it truncated?");
    const std::size_t length = big_endian(bytes_.data() + at_, 4);
    const std::string_view type = kind();
    if (!is_kind(type)) refuse("expected a chunk, found none");
    if (type == "IDAT" && data.empty()) return {type, {}};
    if (length > left() - 8) refuse("a chunk of ", length, " bytes, but ", left() - 8, " are left; is the file truncated?");
    const auto body = bytes_.subspan(at_ + 8, length);
    at_ += 8 + length;
    return {type, body};
  }

  void read(std::string_view type, std::span<const std::uint8_t> body) {
    constexpr std::pair<std::string_view, std::size_t> least[]{{"IHDR", 13}, {"gAMA", 4}, {"cHRM", 32}, {"sRGB", 1},
                                                               {"pHYs", 9},  {"acTL", 8}, {"fcTL", 26}, {"iCCP", 1}};
    for (const auto& [known, length] : least) {
      if (type == known && body.size() < length) refuse("a chunk ", type, " of ", body.size(), " bytes, want at least ", length);
    }
    const std::size_t key = colour == 2 ? 6 : colour == 0 && depth > 0 ? 2 : 0;  // bytes of the transparent colour
    if (type == "tRNS" && body.size() < key) refuse("a chunk tRNS of ", body.size(), " bytes, want ", key);
    if (!exif_ && !profile_ && (type == "tEXt" || type == "zTXt")) {
      const auto profile = png_exif_profile(body, type == "zTXt");
      profile_ = profile.has_value();
      if (profile && !profile->empty()) orientation.read_exif(*profile);
    }
    if (type == "iCCP" || type == "zTXt") {  // the method of compression stands behind the first zero
      const auto zero = std::find(body.begin(), body.end(), 0);
      const bool there = zero != body.end() && zero + 1 != body.end();
      if (there ? zero[1] != 0 : type == "iCCP") refuse("a chunk ", type, " that names no known compression");
    } else if (type == "eXIf") {
      exif_ = true;
      orientation.read_exif(body);
    } else if (type == "iTXt" &&
               std::string_view(reinterpret_cast<const char*>(body.data()), body.size()).starts_with("XML:com.adobe.xmp")) {
      orientation.read_xmp({reinterpret_cast<const char*>(body.data()), body.size()});
    } else if (!data.empty()) {
      return;  // nothing that follows the pixels changes them
    } else if (type == "IHDR") {
      if (body[11] != 0) refuse("an unknown filter method, ", static_cast<int>(body[11]));
      size = {big_endian(body.data() + 4, 4), big_endian(body.data(), 4)};
      depth = body[8];
      colour = body[9];
      interlaced = body[12] != 0;
      const bool grey_or_indexed = colour == 0 || colour == 3;
      const bool known = depth == 8 || (depth == 16 && colour != 3) || (grey_or_indexed && (depth == 1 || depth == 2 || depth == 4));
      if (!known || (!grey_or_indexed && colour != 2 && colour != 4 && colour != 6))
        refuse("colour type ", colour, " of ", depth, " bits, which PNG does not have");
    } else if (type == "PLTE" && colour == 3) {
      if (body.size() / 3 > 256) refuse("a palette of ", body.size() / 3, " colours, want at most 256");
      for (std::size_t i = 0; i < body.size() / 3; ++i)
        std::copy_n(body.begin() + static_cast<std::ptrdiff_t>(3 * i), 3, palette[i].begin());
    } else if (type == "tRNS") {
      transparent = body.first(colour == 3 ? std::min<std::size_t>(body.size(), 256) : key);
      for (std::size_t i = 0; i < transparent.size() && colour == 3; ++i) palette[i][3] = transparent[i];
    } else if (type == "acTL") {
      animated_ = true;
    } else if (type == "fcTL") {
      const std::uint8_t* frame = body.data() + 4;
      if (big_endian(frame, 4) != size.width || big_endian(frame + 4, 4) != size.height)
        refuse("an animation whose first picture is smaller than the whole, which is not supported");
    }
  }

  /// The chunks of pixels that follow each other, the last one as long as the file is.
  void read_data() {
    data_at = at_;
    while (left() >= 8 && (kind() == "IDAT" || kind() == "DDAT")) {
      const std::size_t length = big_endian(bytes_.data() + at_, 4);
      data.push_back(bytes_.subspan(at_ + 8, std::min(length, left() - 8)));
      data_bytes += data.back().size();
      at_ += 8 + length;
      if (left() < 12) return;
      at_ += 4;
    }
    at_ -= 4;  // back to the last checksum
  }

  std::span<const std::uint8_t> bytes_;
  const std::string& name_;
  std::size_t at_ = 0;
  std::size_t chunk_ = 0;
  bool animated_ = false;
  bool exif_ = false;
  bool profile_ = false;  // of EXIF, in a text: the first alone, as each may inflate to a megabyte
};

/// The rows of a PNG's pixels before compression: how many of how many bytes, the byte of the filter among these. One entry a pass.
inline std::vector<std::pair<std::size_t, std::size_t>> png_rows(const PngChunks& chunks) {
  const std::int64_t samples = chunks.colour == 3 ? 1 : 1 + (chunks.colour & 2) + (chunks.colour & 4) / 4;
  constexpr std::int64_t adam7[7][4]{{0, 0, 8, 8}, {0, 4, 8, 8}, {4, 0, 8, 4}, {0, 2, 4, 4}, {2, 0, 4, 2}, {0, 1, 2, 2}, {1, 0, 2, 1}};
  constexpr std::int64_t whole[1][4]{{0, 0, 1, 1}};
  std::vector<std::pair<std::size_t, std::size_t>> passes;
  for (const auto& [top, left, down, right] :
       chunks.interlaced ? std::span<const std::int64_t[4]>(adam7) : std::span<const std::int64_t[4]>(whole)) {
    const std::int64_t rows = (chunks.size.height - top + down - 1) / down, columns = (chunks.size.width - left + right - 1) / right;
    if (rows > 0 && columns > 0) passes.emplace_back(rows, (columns * samples * chunks.depth + 7) / 8 + 1);
  }
  return passes;
}

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
