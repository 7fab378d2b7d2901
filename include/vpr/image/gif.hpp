// SPDX-License-Identifier: MIT
/// @file
/// GIF through giflib: the first picture of an animation, as Pillow shows it. Needs the target `vpr::gif`.
///
/// Memory: 4 bytes a pixel.
#pragma once

#ifndef VPR_WITH_GIF
#error \
    "vpr/image/gif.hpp needs the component gif: link the CMake target vpr::gif, or, without CMake, compile with -DVPR_WITH_GIF and link gif (Debian: libgif-dev)"
#endif

#include <vpr/image/optional_decoders.hpp>

#include <gif_lib.h>

#include <memory>

namespace vpr::detail {

/// The file's bytes as giflib reads them.
struct GifSource {
  std::span<const std::uint8_t> bytes;
  std::size_t at = 0;
  bool ended = false;  ///< more was asked for than there is

  static int read(GifFileType* file, GifByteType* target, int length) {
    auto& self = *static_cast<GifSource*>(file->UserData);
    const std::size_t count = std::min(static_cast<std::size_t>(std::max(length, 0)), self.bytes.size() - self.at);
    self.ended = self.ended || std::cmp_less(count, length);
    std::copy_n(self.bytes.begin() + static_cast<std::ptrdiff_t>(self.at), count, target);
    self.at += count;
    return static_cast<int>(count);
  }
};

struct GifClose {
  void operator()(GifFileType* file) const { DGifCloseFile(file, nullptr); }
};

/// A palette as Pillow takes it: one of greys in order counts as none, then a pixel is its own grey.
inline std::array<std::array<std::uint8_t, 3>, 256> gif_colours(const ColorMapObject* map) {
  std::array<std::array<std::uint8_t, 3>, 256> colours{};
  bool grey = true;
  const int count = map == nullptr ? 0 : std::min(map->ColorCount, 256);
  for (int i = 0; i < count; ++i) {
    const GifColorType& colour = map->Colors[i];
    colours[static_cast<std::size_t>(i)] = {colour.Red, colour.Green, colour.Blue};
    grey = grey && colour.Red == i && colour.Green == i && colour.Blue == i;
  }
  for (std::size_t i = 0; i < 256 && grey; ++i) colours[i].fill(static_cast<std::uint8_t>(i));
  return colours;
}

/// Decodes a GIF file.
inline Image decode_gif(std::span<const std::uint8_t> bytes, const std::string& name, const ReadOptions& options, int&) {
  GifSource source{bytes};
  int error = 0;
  const auto refuse = [&](int code) {
    const char* reason = GifErrorString(code);
    fail<FormatError>(name, ": byte ", source.at, ": GIF: ", reason != nullptr ? reason : "the file is damaged",
                      source.ended ? "; is the file truncated?" : "");
  };
  const std::unique_ptr<GifFileType, GifClose> file(DGifOpen(&source, GifSource::read, &error));
  if (file == nullptr) refuse(error);
  int transparent = NO_TRANSPARENT_COLOR;
  for (GifRecordType record = UNDEFINED_RECORD_TYPE; record != IMAGE_DESC_RECORD_TYPE;) {
    if (DGifGetRecordType(file.get(), &record) == GIF_ERROR) refuse(file->Error);
    if (record == TERMINATE_RECORD_TYPE) fail<FormatError>(name, ": byte ", source.at, ": GIF: the file has no picture");
    if (record != EXTENSION_RECORD_TYPE) continue;
    int code = 0;
    GifByteType* block = nullptr;
    if (DGifGetExtension(file.get(), &code, &block) == GIF_ERROR) refuse(file->Error);
    if (code == GRAPHICS_EXT_FUNC_CODE && block != nullptr && block[0] >= 4 && (block[1] & 1) != 0) transparent = block[4];
    while (block != nullptr) {
      if (DGifGetExtensionNext(file.get(), &block) == GIF_ERROR) refuse(file->Error);
    }
  }
  if (DGifGetImageDesc(file.get()) == GIF_ERROR) refuse(file->Error);
  const GifImageDesc& picture = file->Image;
  const ImageSize size{std::max<std::int64_t>(file->SHeight, std::int64_t{picture.Top} + picture.Height),
                       std::max<std::int64_t>(file->SWidth, std::int64_t{picture.Left} + picture.Width)};
  require_readable(name, 6, size, options);

  const auto background = static_cast<std::uint8_t>(transparent == NO_TRANSPARENT_COLOR ? 0 : transparent);
  std::vector<std::uint8_t> indices(static_cast<std::size_t>(size.height * size.width), background);
  constexpr std::array<std::pair<int, int>, 4> passes{{{0, 8}, {4, 8}, {2, 4}, {1, 2}}};
  bool whole = picture.Width > 0;
  for (std::size_t pass = 0; pass < (picture.Interlace ? 4U : 1U); ++pass) {
    const auto [first, step] = picture.Interlace ? passes[pass] : std::pair(0, 1);
    for (int y = first; y < picture.Height && whole; y += step) {
      whole = DGifGetLine(file.get(), indices.data() + (picture.Top + y) * size.width + picture.Left, picture.Width) != GIF_ERROR;
      // Data that end in good order before the last row leave the rest as it is, as Pillow does.
      if (!whole && !options.accept_damaged && (source.ended || file->Error != D_GIF_ERR_EOF_TOO_SOON)) refuse(file->Error);
    }
  }

  auto colours = gif_colours(picture.ColorMap != nullptr ? picture.ColorMap : file->SColorMap);
  if (options.as == ReadAs::person && transparent != NO_TRANSPARENT_COLOR) colours[background].fill(255);
  Image out(size);
  for (std::size_t i = 0; i < indices.size(); ++i) std::copy_n(colours[indices[i]].begin(), 3, out.pixels().data() + 3 * i);
  return out;
}

inline const bool gif_is_offered = [] {
  optional_decoders.gif = &decode_gif;
  return true;
}();

}  // namespace vpr::detail
