// SPDX-License-Identifier: MIT
/// @file
/// The formats of photos that need a library of their own, and the names of those that nothing here reads.
#pragma once

#include <vpr/image/read_options.hpp>

#include <algorithm>
#include <cstring>
#include <span>
#include <string_view>

namespace vpr::detail {

/// Decodes a file held in memory. `name` stands in errors; EXIF's orientation is left to the caller, 1 where there is none.
using PhotoDecoder = Image (*)(std::span<const std::uint8_t> bytes, const std::string& name, const ReadOptions& options, int& orientation);

/// Filled by the headers of the components before `main` begins, so that every file of a program reads the same formats, whichever of them
/// was compiled with the component.
struct OptionalDecoders {
  PhotoDecoder webp = nullptr;
  PhotoDecoder tiff = nullptr;
  PhotoDecoder gif = nullptr;
  PhotoDecoder heif = nullptr;
};
inline constinit OptionalDecoders optional_decoders{};

/// @throws FormatError  where no file of the program was compiled with the component
inline Image decode_optional(PhotoDecoder decoder, const char* format, const char* component, std::span<const std::uint8_t> bytes,
                             const std::string& name, const ReadOptions& options, int& orientation) {
  VPR_REQUIRE(FormatError, decoder != nullptr, name, ": byte 0: this is a ", format, ", which needs the CMake component '", component,
              "': find_package(vpr COMPONENTS image ", component, "), link vpr::", component);
  return decoder(bytes, name, options, orientation);
}

inline bool begins(std::span<const std::uint8_t> bytes, std::string_view text, std::size_t at = 0) {
  return bytes.size() >= at + text.size() && std::memcmp(bytes.data() + at, text.data(), text.size()) == 0;
}

inline bool is_webp(std::span<const std::uint8_t> bytes) { return begins(bytes, "RIFF") && begins(bytes, "WEBP", 8); }
inline bool is_gif(std::span<const std::uint8_t> bytes) { return begins(bytes, "GIF87a") || begins(bytes, "GIF89a"); }
inline bool is_tiff(std::span<const std::uint8_t> bytes) {
  using namespace std::string_view_literals;
  return begins(bytes, "II*\0"sv) || begins(bytes, "MM\0*"sv) || begins(bytes, "II+\0"sv) || begins(bytes, "MM\0+"sv);
}
/// HEIC or AVIF.
inline bool is_heif(std::span<const std::uint8_t> bytes) {
  if (!begins(bytes, "ftyp", 4)) return false;
  for (const std::string_view brand : {"heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1", "avif", "avis"}) {
    if (begins(bytes, brand, 8)) return true;
  }
  return false;
}

/// What a file that nothing here reads seems to be, as in "this is a PDF"; empty where its first bytes are not known.
inline std::string_view unread_format(std::span<const std::uint8_t> bytes) {
  using namespace std::string_view_literals;
  struct Known {
    std::string_view begins;
    std::size_t at;
    std::string_view name;
  };
  constexpr Known known[]{{"\0\0\0\x0CjP  "sv, 0, "a JPEG 2000"},
                          {"\xFF\x4F\xFF\x51"sv, 0, "a JPEG 2000"},
                          {"\0\0\0\x0CJXL "sv, 0, "a JPEG XL"},
                          {"\xFF\x0A"sv, 0, "a JPEG XL"},
                          {"%PDF"sv, 0, "a PDF"},
                          {"%!PS"sv, 0, "a PostScript file"},
                          {"8BPS"sv, 0, "a Photoshop file"},
                          {"ftypcrx"sv, 4, "a raw photo of a camera (CR3)"},
                          {"FUJIFILMCCD-RAW"sv, 0, "a raw photo of a camera (RAF)"},
                          {"ftyp"sv, 4, "an MP4 or QuickTime video"},
                          {"\x1A\x45\xDF\xA3"sv, 0, "a Matroska or WebM video"},
                          {"AVI "sv, 8, "an AVI video"},
                          {"\x76\x2F\x31\x01"sv, 0, "an OpenEXR image"},
                          {"#?RADIANCE"sv, 0, "a Radiance HDR image"},
                          {"qoif"sv, 0, "a QOI image"},
                          {"DDS "sv, 0, "a DirectDraw surface"},
                          {"\0\0\1\0"sv, 0, "a Windows icon"},
                          {"P7\n"sv, 0, "a PAM image"},
                          {"PF\n"sv, 0, "a PFM image"},
                          {"Pf\n"sv, 0, "a PFM image"},
                          {"PK\3\4"sv, 0, "a ZIP archive"},
                          {"\x1F\x8B"sv, 0, "a file packed by gzip"},
                          {"version https://git-lfs"sv, 0, "a pointer of Git LFS; fetch the file itself with 'git lfs pull'"}};
  for (const Known& format : known) {
    if (begins(bytes, format.begins, format.at)) return format.name;
  }
  // Text: within its first kilobyte an SVG or a web page says what it is.
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), std::min<std::size_t>(bytes.size(), 1024));
  const std::size_t first = text.find_first_not_of("\xEF\xBB\xBF \t\r\n");
  if (first == text.npos || text[first] != '<') return {};
  if (text.find("<svg") != text.npos) return "an SVG drawing";
  for (const std::string_view page : {"<!DOCTYPE html", "<!doctype html", "<html", "<HTML"}) {
    if (text.find(page) != text.npos) return "a web page (HTML)";
  }
  return "an XML file";
}

}  // namespace vpr::detail
