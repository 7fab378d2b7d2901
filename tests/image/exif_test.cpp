// SPDX-License-Identifier: MIT
#include <vpr/image/exif.hpp>

#include "tests/image/photos.hpp"
#include "tests/support/catch.hpp"

using namespace vpr;

namespace {

/// A TIFF block with one tag.
Bytes tiff(bool little, int tag, int type, int value) {
  const auto two = [&](int number) {
    const auto low = static_cast<std::uint8_t>(number), high = static_cast<std::uint8_t>(number >> 8);
    return little ? Bytes{low, high} : Bytes{high, low};
  };
  const auto four = [&](int number) { return little ? png::join({two(number), two(0)}) : png::join({two(0), two(number)}); };
  const Bytes mark = little ? Bytes{'I', 'I'} : Bytes{'M', 'M'};
  return png::join({mark, two(42), four(8), two(1), two(tag), two(type), four(1), two(value), two(0), four(0)});
}

/// 2x3, each pixel its own number: 0 1 2 / 3 4 5.
Image numbered() {
  Image photo({2, 3});
  for (std::size_t i = 0; i < 18; ++i) photo.pixels()[i] = static_cast<std::uint8_t>(i / 3);
  return photo;
}

std::vector<int> turned(int orientation) {
  const Image photo = apply_orientation(numbered(), orientation);
  std::vector<int> values{static_cast<int>(photo.height())};
  for (std::size_t i = 0; i < 18; i += 3) values.push_back(photo.pixels()[i + 2]);
  return values;
}

}  // namespace

TEST_CASE("The orientation tag is read in both byte orders") {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    CHECK(detail::exif_orientation(tiff(true, 0x112, 3, orientation)) == orientation);
    CHECK(detail::exif_orientation(tiff(false, 0x112, 3, orientation)) == orientation);
  }
}

TEST_CASE("The orientation tag may be of any type of whole numbers, and have Exif's mark before it") {
  for (const int type : {3, 4, 8, 9}) CHECK(detail::exif_orientation(tiff(true, 0x112, type, 6)) == 6);
  CHECK(detail::exif_orientation(tiff(false, 0x112, 8, 6)) == 6);
  const Bytes mark{'E', 'x', 'i', 'f', 0, 0};
  CHECK(detail::exif_orientation(png::join({mark, tiff(false, 0x112, 3, 6)})) == 6);
  CHECK(detail::exif_orientation(mark) == 1);
}

TEST_CASE("XMP tells the orientation where EXIF has no such tag") {
  const auto orientation = [](const Bytes& exif, const std::string& xmp) {
    detail::OrientationRemarks remarks;
    remarks.read_exif(exif);
    remarks.read_xmp(xmp);
    return remarks.value();
  };
  CHECK(orientation({}, R"(<rdf:Description tiff:Orientation="6"/>)") == 6);
  CHECK(orientation({}, "<tiff:Orientation>8</tiff:Orientation>") == 8);
  CHECK(orientation(tiff(true, 0x113, 3, 5), "<tiff:Orientation>8</tiff:Orientation>") == 8);
  CHECK(orientation(tiff(true, 0x112, 3, 3), "<tiff:Orientation>8</tiff:Orientation>") == 3);
  CHECK(orientation(tiff(true, 0x112, 3, 0), "<tiff:Orientation>8</tiff:Orientation>") == 1);
  for (const char* none : {"", "tiff:Orientation", "tiff:Orientation=\"", "tiff:Orientation>x", "tiff:Orientation>9", "Orientation>6"})
    CHECK(orientation({}, none) == 1);
}

TEST_CASE("EXIF that makes no sense means upright") {
  CHECK(detail::exif_orientation({}) == 1);
  CHECK(detail::exif_orientation(tiff(true, 0x112, 3, 9)) == 1);
  CHECK(detail::exif_orientation(tiff(true, 0x112, 3, 0)) == 1);
  CHECK(detail::exif_orientation(tiff(true, 0x112, 1, 6)) == 1);
  CHECK(detail::exif_orientation(tiff(true, 0x112, 5, 6)) == 1);
  CHECK(detail::exif_orientation(tiff(true, 0x113, 3, 6)) == 1);
  const Bytes whole = tiff(true, 0x112, 3, 6);
  for (std::size_t size = 0; size < 22; ++size) CHECK(detail::exif_orientation(std::span(whole).first(size)) == 1);
  for (std::size_t i = 0; i < 10; ++i) {
    for (const int value : {0, 1, 127, 255}) {
      Bytes broken = whole;
      broken[i] = static_cast<std::uint8_t>(value);
      const int orientation = detail::exif_orientation(broken);
      CHECK((orientation == 1 || orientation == 6));
    }
  }
}

TEST_CASE("Photos are turned upright by each of the eight orientations") {
  CHECK(turned(1) == std::vector<int>{2, 0, 1, 2, 3, 4, 5});
  CHECK(turned(2) == std::vector<int>{2, 2, 1, 0, 5, 4, 3});
  CHECK(turned(3) == std::vector<int>{2, 5, 4, 3, 2, 1, 0});
  CHECK(turned(4) == std::vector<int>{2, 3, 4, 5, 0, 1, 2});
  CHECK(turned(5) == std::vector<int>{3, 0, 3, 1, 4, 2, 5});
  CHECK(turned(6) == std::vector<int>{3, 3, 0, 4, 1, 5, 2});
  CHECK(turned(7) == std::vector<int>{3, 5, 2, 4, 1, 3, 0});
  CHECK(turned(8) == std::vector<int>{3, 2, 5, 1, 4, 0, 3});
}
