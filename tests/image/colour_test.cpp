// SPDX-License-Identifier: MIT
#include <vpr/image/colour.hpp>

#include "tests/image/photos.hpp"
#include "tests/support/catch.hpp"

// The checksums are those of torchvision 0.29 with Pillow 13 on the same bytes.
namespace {
const vpr::Image photo = noise({23, 37});
}

TEST_CASE("Brightness, contrast, saturation and sharpness equal torchvision's on PIL images") {
  REQUIRE(checksum(photo) == 0xC9AF164E);
  CHECK(checksum(adjust_brightness(photo, 0)) == 0x251534CB);
  CHECK(checksum(adjust_brightness(photo, 0.37)) == 0x3E6FFCAC);
  CHECK(checksum(adjust_brightness(photo, 1.9)) == 0xB6A7D686);
  CHECK(checksum(adjust_contrast(photo, 0)) == 0x182820D8);
  CHECK(checksum(adjust_contrast(photo, 0.37)) == 0xBF29173F);
  CHECK(checksum(adjust_contrast(photo, 1.9)) == 0xB5342A5F);
  CHECK(checksum(adjust_saturation(photo, 0)) == 0x485DA6AC);
  CHECK(checksum(adjust_saturation(photo, 0.37)) == 0xE2FEB08A);
  CHECK(checksum(adjust_saturation(photo, 1.9)) == 0xD770D3E6);
  CHECK(checksum(adjust_sharpness(photo, 0)) == 0x8481F848);
  CHECK(checksum(adjust_sharpness(photo, 0.37)) == 0x3978B57E);
  CHECK(checksum(adjust_sharpness(photo, 1.9)) == 0x1428DD63);
}

TEST_CASE("A turned hue equals torchvision's on PIL images") {
  CHECK(checksum(adjust_hue(photo, -0.5)) == 0xA44FDF15);
  CHECK(checksum(adjust_hue(photo, -0.1)) == 0x327CB824);
  CHECK(checksum(adjust_hue(photo, 0)) == 0x11FB6725);  // 8-bit HSV loses some
  CHECK(checksum(adjust_hue(photo, 0.3)) == 0x1F110624);
}

TEST_CASE("A factor of 1 leaves a photo as it is") {
  for (const auto adjust : {vpr::adjust_brightness, vpr::adjust_contrast, vpr::adjust_saturation, vpr::adjust_sharpness}) {
    CHECK(pixels_of(adjust(photo, 1)) == pixels_of(photo));
  }
}

TEST_CASE("Colours are blended as by hand") {
  const vpr::Image two({1, 2}, {100, 50, 200, 0, 255, 10});
  CHECK(pixels_of(adjust_brightness(two, 0.5)) == Bytes{50, 25, 100, 0, 127, 5});  // cut off, not rounded
  CHECK(pixels_of(adjust_brightness(two, 1.5)) == Bytes{150, 75, 255, 0, 255, 15});
  // luma: 0.299 * 100 + 0.587 * 50 + 0.114 * 200 = 82.05; 0.587 * 255 + 0.114 * 10 = 150.8
  CHECK(pixels_of(adjust_saturation(two, 0)) == Bytes{82, 82, 82, 151, 151, 151});
  CHECK(pixels_of(adjust_contrast(two, 0)) == Bytes(6, 117));  // (82 + 151) / 2 + 0.5
  CHECK(pixels_of(adjust_hue(vpr::Image({1, 1}, {255, 0, 0}), 1 / 3.0)) == Bytes{0, 255, 0});
}

TEST_CASE("Photos too small to smooth, and empty ones, stay") {
  for (const vpr::ImageSize size : {vpr::ImageSize{1, 5}, {5, 2}, {1, 1}, {0, 0}}) {
    const vpr::Image small = noise(size);
    CHECK(pixels_of(adjust_sharpness(small, 0)) == pixels_of(small));
    CHECK_NOTHROW(adjust_contrast(small, 0.5));
  }
}

TEST_CASE("Colour factors out of range are refused") {
  for (const auto adjust : {vpr::adjust_brightness, vpr::adjust_contrast, vpr::adjust_saturation, vpr::adjust_sharpness}) {
    CHECK_THROWS_WITH(adjust(photo, -0.1), ContainsSubstring("got the factor -0.1"));
    CHECK_THROWS_AS(adjust(photo, std::nan("")), vpr::ConfigError);
  }
  CHECK_THROWS_WITH(adjust_hue(photo, 0.51), ContainsSubstring("expected -0.5 to 0.5"));
}
