// SPDX-License-Identifier: MIT
#include <vpr/image/read.hpp>
#include <vpr/image/write.hpp>

#include "tests/image/photos.hpp"
#include "tests/support/catch.hpp"

using namespace vpr;

namespace {

void refused(const Bytes& file, const char* reason) {
  CHECK_THROWS_WITH(decode_image(file, "t.jpg"), ContainsSubstring("t.jpg: byte ") && ContainsSubstring(reason));
}

/// Where the first marker of a kind stands.
std::size_t marker(const Bytes& file, std::uint8_t kind) {
  const Bytes mark{0xFF, kind};
  return static_cast<std::size_t>(std::search(file.begin(), file.end(), mark.begin(), mark.end()) - file.begin());
}

Bytes with(Bytes file, std::size_t at, Bytes values) {
  std::copy(values.begin(), values.end(), file.begin() + static_cast<std::ptrdiff_t>(at));
  return file;
}

Bytes inserted(Bytes file, std::size_t at, const Bytes& values) {
  file.insert(file.begin() + static_cast<std::ptrdiff_t>(at), values.begin(), values.end());
  return file;
}

}  // namespace

TEST_CASE("Adobe's CMYK becomes RGB by Pillow's formula") {
  std::vector<std::uint8_t> pixels{255, 255, 255, 255, 0, 0, 0, 0, 0, 255, 127, 255, 255, 100, 0, 128};
  detail::inverted_cmyk_to_rgb(pixels);
  CHECK(pixels == Bytes{255, 255, 255, 0, 0, 0, 0, 255, 127, 128, 50, 0});
}

TEST_CASE("Stray bytes between JPEG segments and after the end are passed over") {
  const Bytes good = file_bytes(picture("rgb420.jpg"));
  const Bytes pixels = pixels_of(decode_image(good, "t.jpg"));
  CHECK(pixels_of(decode_image(inserted(good, marker(good, 0xDB), {1, 2, 3}), "t.jpg")) == pixels);
  CHECK(pixels_of(decode_image(inserted(good, good.size(), Bytes(1000, 0xFF)), "t.jpg")) == pixels);
  CHECK(pixels_of(decode_image(inserted(good, marker(good, 0xDB), {0xFF, 0xFF, 0xFF}), "t.jpg")) == pixels);
}

TEST_CASE("JPEG headers are refused where they break") {
  const Bytes good = file_bytes(picture("rgb420.jpg"));
  const std::size_t frame = marker(good, 0xC0), scan = marker(good, 0xDA), tables = marker(good, 0xC4);
  refused(with(good, frame + 1, {0xC3}), "a lossless or hierarchical JPEG");
  refused(with(good, frame + 4, {12}), "12 bits a sample");
  refused(with(good, frame + 5, {0, 0}), "a size of 0x37");
  refused(with(good, frame + 5, {0xFF, 0xFF, 0xFF, 0xFF}), "claims 65535x65535 pixels");
  refused(with(good, frame + 9, {2}), "2 components, want 1");
  refused(with(good, frame + 9, {4}), "Bogus marker length");
  refused(with(good, frame + 11, {0x50}), "Bogus sampling factors");
  refused(with(good, frame, {0xFF, 0xFE}), "a scan before the frame header");
  refused(with(good, scan + 4, {9}), "Bogus marker length");
  refused(with(good, scan + 6, {0x33}), "Huffman table 0x03 was not defined");
  refused(with(good, tables + 5, {255, 255}), "Bogus Huffman table definition");
  refused(with(good, tables + 4, {0x44}), "Bogus DHT index 68");
  refused(inserted(good, tables, {0xFF, 0x02, 0, 4, 1, 2}), "no marker that JPEG knows");
  refused(inserted(good, tables, {0xFF, 0xEE, 0, 7, 'A', 'd', 'o', 'b', 'e'}), "a segment of 7 bytes that should hold a version");
  refused(with(good, tables + 2, {0xFF, 0xF0}), "but ");
  refused(inserted(good, scan,
                   Bytes(good.begin() + static_cast<std::ptrdiff_t>(frame), good.begin() + static_cast<std::ptrdiff_t>(frame + 19))),
          "a second frame header");
  refused({0xFF, 0xD8, 0xFF, 0xD9}, "the file ends before any image data");
}

TEST_CASE("A JPEG without its Huffman tables, as webcams send them, has the standard ones") {
  const Bytes good = file_bytes(picture("rgb420.jpg"));  // made with the standard tables
  Bytes bare = good;
  for (std::size_t at = marker(bare, 0xC4); at < bare.size(); at = marker(bare, 0xC4))
    bare.erase(bare.begin() + static_cast<std::ptrdiff_t>(at),
               bare.begin() + static_cast<std::ptrdiff_t>(at + 2 + 256U * bare[at + 2] + bare[at + 3]));
  REQUIRE(bare.size() + 400 < good.size());
  CHECK(pixels_of(decode_image(bare, "t.jpg")) == pixels_of(decode_image(good, "t.jpg")));
}

TEST_CASE("What stands in place of the end marker does not matter once all pixels are there") {
  for (const char* name : {"rgb420.jpg", "restart.jpg", "grey.jpg", "cmyk.jpg"}) {
    CAPTURE(name);
    const Bytes good = file_bytes(picture(name));
    const Bytes open(good.begin(), good.end() - 2);
    for (const Bytes& end : {Bytes(100, 0), Bytes(100, 'x')})
      CHECK(pixels_of(decode_image(png::join({open, end}), name)) == pixels_of(decode_image(good, name)));
  }
  // With nothing behind them the decoder waits for more, as Pillow's does.
  const Bytes good = file_bytes(picture("rgb420.jpg"));
  refused(Bytes(good.begin(), good.end() - 2), "the image data end too early");
  const Bytes scans = file_bytes(picture("progressive.jpg"));
  refused(png::join({Bytes(scans.begin(), scans.end() - 2), Bytes(100, 0)}), "the image data end too early");
}

TEST_CASE("Damage within the image data gives the pixels that libjpeg gives, unless it gives up") {
  const Bytes good = file_bytes(picture("rgb420.jpg"));
  Bytes marked = good;
  marked.insert(marked.end() - 100, {0xFF, 0xD9});  // the end comes early: the rest is grey
  CHECK(decode_image(marked, "t.jpg").size() == ImageSize{53, 37});
  CHECK(pixels_of(decode_image(marked, "t.jpg")) != pixels_of(decode_image(good, "t.jpg")));
  marked[marked.size() - 101] = 0xC0;  // a second frame header
  refused(marked, "");
}

TEST_CASE("A segment whose length is too small for itself is an empty one") {
  const Bytes good = file_bytes(picture("rgb420.jpg"));
  for (const std::uint8_t length : Bytes{0, 1})
    CHECK(pixels_of(decode_image(inserted(good, marker(good, 0xDB), Bytes{0xFF, 0xFE, 0, length}), "t.jpg")) ==
          pixels_of(decode_image(good, "t.jpg")));
}

TEST_CASE("A JPEG of very many scans is refused") {
  const Bytes good = file_bytes(picture("progressive.jpg"));
  // Repeat the first scan, headers and data.
  const std::size_t first = marker(good, 0xDA);
  std::size_t end = first + 2;
  while (good[end] != 0xFF || good[end + 1] == 0 || (good[end + 1] >= 0xD0 && good[end + 1] <= 0xD7)) ++end;
  const Bytes scan(good.begin() + static_cast<std::ptrdiff_t>(first), good.begin() + static_cast<std::ptrdiff_t>(end));
  Bytes many = good;
  for (int i = 0; i < 100; ++i) many = inserted(many, first, scan);
  refused(many, "more than 100 scans");
}
