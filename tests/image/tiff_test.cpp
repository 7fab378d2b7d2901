// SPDX-License-Identifier: MIT
#ifdef VPR_WITH_TIFF
#include <tests/support/paths.hpp>
#include <vpr/image/read.hpp>
#include <vpr/image/tiff.hpp>

#include "tests/image/photos.hpp"
#include "tests/support/catch.hpp"

using namespace vpr;

namespace {
std::string file(const char* name) { return vpr::test::data("/cases/photos/") + name; }
}  // namespace

TEST_CASE("A TIFF is turned by its orientation always, as Pillow turns it") {
  CHECK(read_image(file("turned.tif")).size() == ImageSize{24, 17});
  CHECK(pixels_of(read_image(file("turned.tif"))) == pixels_of(apply_orientation(read_image(file("rgb_tiff_lzw.tif")), 6)));
}

TEST_CASE("The alpha of a TIFF and its 16 bits are as asked for") {
  const Image over_white = read_image(file("rgba_tiff_adobe_deflate.tif"), {ReadAs::person});
  CHECK(over_white.row(0)[0] == 255);
  const Image cut = read_image(file("grey16.tif")), scaled = read_image(file("grey16.tif"), {ReadAs::person});
  CHECK(cut.row(16)[0] == 255);
  CHECK(scaled.row(16)[0] < 20);
}

TEST_CASE("A TIFF beyond the limit, cut or damaged is refused; nothing is printed, no handler of the process is changed") {
  const TIFFErrorHandler errors = TIFFSetErrorHandler(nullptr), warnings = TIFFSetWarningHandler(nullptr);
  static int calls = 0;
  TIFFSetErrorHandler([](const char*, const char*, va_list) { ++calls; });
  TIFFSetWarningHandler([](const char*, const char*, va_list) { ++calls; });
  CHECK_THROWS_WITH(read_image(file("rgb_tiff_lzw.tif"), {.max_megapixels = 0.0004}), ContainsSubstring("claims 17x24 pixels"));
  const Bytes good = file_bytes(file("rgb_tiff_lzw.tif"));
  for (std::size_t at = 8; at < good.size(); at += 3) {
    Bytes bad = good;
    bad[at] ^= 0x55;
    try {
      decode_image(bad, "t", {.max_megapixels = 1});
    } catch (const FormatError& error) {
      CHECK_THAT(std::string(error.what()), ContainsSubstring("t: byte "));
    }
    CHECK_THROWS_AS(decode_image(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(at)), "t"), FormatError);
  }
  CHECK(calls == 0);
  TIFFSetErrorHandler(errors);
  TIFFSetWarningHandler(warnings);
}
#endif
