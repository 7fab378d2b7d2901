// SPDX-License-Identifier: MIT
#include <vpr/image/read.hpp>

#include "tests/image/photos.hpp"
#include "tests/support/catch.hpp"

using namespace vpr;

namespace {

Bytes decoded(const Bytes& file, ReadAs as = ReadAs::pillow) { return pixels_of(decode_image(file, "t.png", {as})); }

void refused(const Bytes& file, const char* reason) {
  CHECK_THROWS_WITH(decoded(file), ContainsSubstring("t.png: byte ") && ContainsSubstring(reason));
}

}  // namespace

TEST_CASE("Grey of 1, 2 and 4 bits fills the range") {
  CHECK(decoded(png::file(2, 1, 1, 0, {0, 0x40})) == Bytes{0, 0, 0, 255, 255, 255});
  CHECK(decoded(png::file(2, 1, 2, 0, {0, 0x60})) == Bytes{85, 85, 85, 170, 170, 170});
  CHECK(decoded(png::file(2, 1, 4, 0, {0, 0x1E})) == Bytes{17, 17, 17, 238, 238, 238});
}

TEST_CASE("Palettes of 1, 2, 4 and 8 bits give their colours, rows padded to bytes") {
  const Bytes palette = png::chunk("PLTE", {1, 2, 3, 4, 5, 6, 7, 8, 9});
  const Bytes two_colours = png::chunk("PLTE", {1, 2, 3, 4, 5, 6});
  CHECK(decoded(png::file(3, 2, 1, 3, {0, 0x40, 0, 0xA0}, two_colours)) == Bytes{1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6});
  CHECK(decoded(png::file(3, 2, 2, 3, {0, 0x18, 0, 0x90}, palette)) == Bytes{1, 2, 3, 4, 5, 6, 7, 8, 9, 7, 8, 9, 4, 5, 6, 1, 2, 3});
  CHECK(decoded(png::file(3, 1, 4, 3, {0, 0x21, 0x00}, palette)) == Bytes{7, 8, 9, 4, 5, 6, 1, 2, 3});
  CHECK(decoded(png::file(2, 1, 8, 3, {0, 2, 0}, palette)) == Bytes{7, 8, 9, 1, 2, 3});
  CHECK(decoded(png::file(2, 1, 8, 3, {0, 3, 0}, palette)) == Bytes{0, 0, 0, 1, 2, 3});
  CHECK(decoded(png::file(2, 1, 8, 3, {0, 3, 0})) == Bytes(6, 0));  // no palette at all
  CHECK(decoded(png::file(2, 1, 8, 3, {0, 0, 1}, png::chunk("PLTE", {1, 2, 3, 4, 5}))) == Bytes{1, 2, 3, 0, 0, 0});
  refused(png::file(2, 1, 8, 3, {0, 3, 0}, png::chunk("PLTE", Bytes(771))), "a palette of 257 colours");
}

TEST_CASE("Transparency is dropped as Pillow does or laid over white as a person sees it") {
  const Bytes palette = png::chunk("PLTE", {10, 20, 30, 40, 50, 60}), alpha = png::chunk("tRNS", {0});
  const Bytes indexed = png::file(2, 1, 8, 3, {0, 0, 1}, png::join({palette, alpha}));
  CHECK(decoded(indexed) == Bytes{10, 20, 30, 40, 50, 60});
  CHECK(decoded(indexed, ReadAs::person) == Bytes{255, 255, 255, 40, 50, 60});

  const Bytes rgba = png::file(2, 1, 8, 6, {0, 0, 100, 200, 51, 9, 9, 9, 255});
  CHECK(decoded(rgba) == Bytes{0, 100, 200, 9, 9, 9});
  CHECK(decoded(rgba, ReadAs::person) == Bytes{204, 224, 244, 9, 9, 9});

  const Bytes grey_alpha = png::file(1, 1, 8, 4, {0, 100, 0});
  CHECK(decoded(grey_alpha) == Bytes{100, 100, 100});
  CHECK(decoded(grey_alpha, ReadAs::person) == Bytes{255, 255, 255});

  const Bytes keyed = png::file(2, 1, 8, 2, {0, 1, 2, 3, 4, 5, 6}, png::chunk("tRNS", {0, 1, 0, 2, 0, 3}));
  CHECK(decoded(keyed) == Bytes{1, 2, 3, 4, 5, 6});
  CHECK(decoded(keyed, ReadAs::person) == Bytes{255, 255, 255, 4, 5, 6});
}

TEST_CASE("A PNG of 16-bit grey is cut as Pillow does or scaled as a person sees it") {
  const Bytes grey = png::file(3, 1, 16, 0, {0, 0, 200, 0x80, 0, 0xFF, 0xFF});
  CHECK(decoded(grey) == Bytes{200, 200, 200, 255, 255, 255, 255, 255, 255});
  CHECK(decoded(grey, ReadAs::person) == Bytes{1, 1, 1, 128, 128, 128, 255, 255, 255});
}

TEST_CASE("EXIF in a PNG turns the photo as a person sees it") {
  const Bytes exif = png::chunk("eXIf", {'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 3, 0, 0, 0, 0, 0, 0});
  const Bytes file = png::file(2, 1, 8, 0, {0, 5, 6}, exif);
  CHECK(decoded(file) == Bytes{5, 5, 5, 6, 6, 6});
  CHECK(decoded(file, ReadAs::person) == Bytes{6, 6, 6, 5, 5, 5});
}

TEST_CASE("Chunks that hold no pixels do not change them; before the pixels' data their checksums count, as with Pillow") {
  const Bytes rows{0, 1, 2, 3}, pixels{1, 2, 3};
  const auto after = [&](const Bytes& chunk) {
    const Bytes whole = png::file(1, 1, 8, 2, rows);
    return png::join({Bytes(whole.begin(), whole.end() - 12), chunk, png::chunk("IEND", {})});
  };
  for (const Bytes& chunk :
       {png::chunk("zTXt", png::deflated(Bytes(1000))), png::chunk("ABCD", {1}), png::chunk("sRGB", {9}), png::chunk("gAMA", Bytes(4)),
        png::chunk("iCCP", {'x', 0, 0, 'j', 'u', 'n', 'k'}), png::chunk("PLTE", {1, 2, 3, 4}), png::chunk("tIME", {1})}) {
    Bytes wrong = chunk;
    wrong.back() ^= 1;
    CHECK(decoded(png::file(1, 1, 8, 2, rows, chunk)) == pixels);
    CHECK(decoded(after(chunk)) == pixels);
    CHECK(decoded(after(wrong)) == pixels);
    refused(png::file(1, 1, 8, 2, rows, wrong), "byte 33: PNG: a wrong checksum");
  }
  for (const Bytes& chunk :
       {png::chunk("sRGB", {}), png::chunk("gAMA", Bytes(3)), png::chunk("cHRM", Bytes(31)), png::chunk("pHYs", Bytes(8)),
        png::chunk("iCCP", {}), png::chunk("iCCP", {'x', 0, 1, 2}), png::chunk("zTXt", {'x', 0, 1, 2}), png::chunk("tRNS", Bytes(5))}) {
    refused(png::file(1, 1, 8, 2, rows, chunk), "byte 33: PNG: a chunk ");
    refused(after(chunk), "PNG: a chunk ");
  }
}

TEST_CASE("Rows that lack where the data end in good order are black, as with Pillow; where they are cut, the file is refused") {
  const Bytes rows{0, 1, 2, 3, 4, 5, 6, 0, 7, 8, 9, 10, 11, 12}, first(rows.begin(), rows.begin() + 7), cut(rows.begin(), rows.begin() + 9);
  CHECK(decoded(png::file(2, 2, 8, 2, rows)) == Bytes{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
  CHECK(decoded(png::file(2, 2, 8, 2, first)) == Bytes{1, 2, 3, 4, 5, 6, 0, 0, 0, 0, 0, 0});
  refused(png::file(2, 2, 8, 2, cut), "the pixel data end too early");
  CHECK(pixels_of(decode_image(png::file(2, 2, 8, 2, cut), "t.png", {.accept_damaged = true})) ==
        Bytes{1, 2, 3, 4, 5, 6, 7, 0, 0, 0, 0, 0});
}

TEST_CASE("Bytes after the end of a PNG are ignored") {
  Bytes file = png::file(1, 1, 8, 2, {0, 1, 2, 3});
  file.insert(file.end(), 100, 7);
  CHECK(decoded(file) == Bytes{1, 2, 3});
}

TEST_CASE("PNG headers that claim the impossible are refused before memory is taken") {
  const auto claim = [](std::uint32_t width, std::uint32_t height, const Bytes& data) {
    return png::join({png::signature, png::header(width, height, 8, 2), png::chunk("IDAT", data), png::chunk("IEND", {})});
  };
  refused(claim(0x7FFFFFFF, 0x7FFFFFFF, {1}), "byte 16: claims 2147483647x2147483647 pixels");
  refused(claim(0xFFFFFFFF, 1, {1}), "the limit is 200 (ReadOptions::max_megapixels, or --max-megapixels)");
  refused(claim(1, 0x7FFFFFFF, {1}), "the limit is 200 (ReadOptions::max_megapixels, or --max-megapixels)");
  refused(claim(5000, 5000, png::deflated(Bytes(20000))), "the pixel data end too early");
  refused(claim(0, 1, {1}), "a size of 1x0");
}

TEST_CASE("Broken PNG structure is refused where it breaks") {
  const Bytes good = png::file(1, 1, 8, 2, {0, 1, 2, 3});
  Bytes wrong_sum = good;
  wrong_sum[good.size() - 14] ^= 1;
  CHECK(decoded(wrong_sum) == Bytes{1, 2, 3});  // the data have a checksum of their own
  for (const int lost : {1, 4, 8, 12, 16})
    CHECK(decoded(Bytes(good.begin(), good.end() - lost)) == Bytes{1, 2, 3});  // IEND and that checksum
  refused(png::join({png::signature, png::chunk("IDAT", {1})}), "the file has no header chunk");
  refused(png::join({png::signature, png::chunk("IEND", {})}), "the file has no pixel data");
  refused(png::join({png::signature, png::header(1, 1, 8, 2), png::chunk("IEND", {})}), "the file has no pixel data");
  refused(png::file(2, 2, 8, 2, {0, 1, 2, 3}), "byte 33: PNG: ");  // too few rows
  refused(png::file(1, 1, 8, 2, {9, 1, 2, 3}), "byte 33: PNG: invalid scanline filter");
  refused(png::file(1, 1, 8, 5, {0, 1, 2, 3}), "PNG: colour type 5 of 8 bits, which PNG does not have");
}
