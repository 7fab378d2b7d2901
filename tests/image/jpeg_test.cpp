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
  refused(with(good, frame + 5, {0x10, 0, 0x10, 0}), "claims 4096x4096 pixels, which 1080 bytes cannot hold");
  refused(with(good, frame + 9, {2}), "want 6 + 3 a component");
  refused(with(good, frame + 11, {0x50}), "is sampled 5x0");
  refused(with(good, frame, {0xFF, 0xFE}), "a scan before the frame header");
  refused(with(good, scan + 4, {9}), "a broken scan header");
  refused(with(good, scan + 6, {0x33}), "a Huffman table that the file does not define");
  refused(with(good, tables + 5, {255, 255}), "a broken Huffman table");
  refused(with(good, tables + 4, {0x44}), "a broken Huffman table");
  refused(with(good, tables + 2, {0, 1}), "a segment of length 1");
  refused(with(good, tables + 2, {0xFF, 0xF0}), "but ");
  refused(inserted(good, scan,
                   Bytes(good.begin() + static_cast<std::ptrdiff_t>(frame), good.begin() + static_cast<std::ptrdiff_t>(frame + 19))),
          "a second frame header");
  refused({0xFF, 0xD8, 0xFF, 0xD9}, "the file ends before any image data");
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
