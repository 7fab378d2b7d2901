// SPDX-License-Identifier: MIT
#include <vpr/image/augment.hpp>

#include "tests/image/photos.hpp"
#include "tests/support/catch.hpp"

#include <map>
#include <set>

namespace {

const vpr::Image photo = noise({23, 37}), dull = dull_noise({23, 37});

struct Figure {
  int operation;
  double sign;
  unsigned long at_9, at_20;  // magnitudes of 31 bins
};

}  // namespace

TEST_CASE("RandAugment's operations equal torchvision's on PIL images") {
  // torchvision 0.29, Pillow 13, on the same bytes, bilinear
  const Figure figures[] = {
      {0, 1, 0x6591FC95, 0x6591FC95},  {1, 1, 0xB4DCD074, 0xFBC46B49},  {1, -1, 0x0047E775, 0x8F4018D6}, {2, 1, 0x1AC8FAD7, 0xD6DC5634},
      {2, -1, 0x742D24A7, 0x2AD08899}, {3, 1, 0x3688D9EC, 0xAE322BBE},  {3, -1, 0xA9C5546B, 0x3A4424E6}, {4, 1, 0xA7D3DE88, 0x97C5F461},
      {4, -1, 0x7C64B5FD, 0x9B57B014}, {5, 1, 0x77503B47, 0xB8E3F621},  {5, -1, 0x92A3D008, 0x2443D8EF}, {6, 1, 0x01F7D80E, 0x057A83A3},
      {6, -1, 0x1C56E662, 0xD190AFA9}, {7, 1, 0x223C64CA, 0xD4EFA358},  {7, -1, 0x629CC8B3, 0x4BB62161}, {8, 1, 0xB4DEAEA3, 0xC9799CDB},
      {8, -1, 0x69491DDB, 0xEB968A16}, {9, 1, 0x5D87E9AE, 0x677B4A1E},  {9, -1, 0xEEA7F8EE, 0x1C6E1A6F}, {10, 1, 0xBD3C5F8B, 0x53576E43},
      {11, 1, 0x6591FC95, 0xF5E87D0D}, {12, 1, 0x3FD4F641, 0x3FD4F641}, {13, 1, 0x0F1252E1, 0x0F1252E1}};
  const vpr::RandAugment nine, twenty{.magnitude = 20};
  for (const Figure& figure : figures) {
    CAPTURE(figure.operation, figure.sign);
    CHECK(checksum(nine.apply(dull, figure.operation, figure.sign)) == figure.at_9);
    CHECK(checksum(twenty.apply(dull, figure.operation, figure.sign)) == figure.at_20);
  }
}

TEST_CASE("RandAugment draws each of its operations, either way, from its random numbers alone") {
  std::map<unsigned long, int> seen;
  const vpr::RandAugment one{.operations = 1};
  vpr::Random random(3);
  for (int i = 0; i < 2000; ++i) ++seen[checksum(one(dull, random))];
  CHECK(seen.size() == 22);  // 5 operations without a sign, of which two leave this photo as it is; 9 with
  for (const auto& [sum, count] : seen) {
    const bool unsigned_kind = sum == 0x6591FC95 || sum == 0xBD3C5F8B || sum == 0x3FD4F641 || sum == 0x0F1252E1;
    const double expected = 2000 / 14.0 * (sum == 0x6591FC95 ? 2 : unsigned_kind ? 1 : 0.5);
    CHECK(std::abs(count - expected) < 5 * std::sqrt(expected));
  }
  vpr::Random a(9), b(9);
  CHECK(pixels_of(vpr::RandAugment{}(photo, a)) == pixels_of(vpr::RandAugment{}(photo, b)));
  CHECK_THROWS_WITH((vpr::RandAugment{.magnitude = 31}(photo, a)), ContainsSubstring("magnitude 31 in 31 bins"));
}

TEST_CASE("Colour jitter keeps to its ranges and applies in every order") {
  const vpr::Image grey({1, 1}, {100, 100, 100});
  vpr::Random random(1);
  int least = 255, most = 0;
  for (int i = 0; i < 500; ++i) {
    const int value = pixels_of(vpr::ColourJitter{.brightness = 0.4}(grey, random))[0];
    least = std::min(least, value);
    most = std::max(most, value);
  }
  CHECK((least >= 59 && least <= 61));
  CHECK((most >= 138 && most <= 140));

  std::set<unsigned long> results;
  for (int i = 0; i < 60; ++i)
    results.insert(checksum(vpr::ColourJitter{.brightness = 0.9, .contrast = 0.9, .saturation = 0.9, .hue = 0.4}(photo, random)));
  CHECK(results.size() == 60);
  CHECK(pixels_of(vpr::ColourJitter{}(photo, random)) == pixels_of(photo));
}

TEST_CASE("A mirrored photo is mirrored") {
  vpr::Random random(1);
  const vpr::Image row({1, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
  CHECK(pixels_of(vpr::HorizontalFlip{1}(row, random)) == Bytes{7, 8, 9, 4, 5, 6, 1, 2, 3});
  CHECK(pixels_of(vpr::HorizontalFlip{0}(row, random)) == pixels_of(row));
  int flips = 0;
  for (int i = 0; i < 1000; ++i) flips += pixels_of(vpr::HorizontalFlip{}(row, random))[0] == 7;
  CHECK(std::abs(flips - 500) < 80);
}

TEST_CASE("A random crop is a part of the photo at the size asked") {
  vpr::Random random(1);
  vpr::Image ramp({40, 60});
  for (std::int64_t y = 0; y < 40; ++y) {
    for (std::int64_t x = 0; x < 60; ++x) {
      ramp.row(y)[3 * x] = static_cast<std::uint8_t>(4 * x);
      ramp.row(y)[3 * x + 1] = static_cast<std::uint8_t>(6 * y);
    }
  }
  std::set<unsigned long> crops;
  for (int i = 0; i < 50; ++i) {
    const vpr::Image crop = vpr::RandomResizedCrop{.size = {10, 10}, .area = {0.2, 0.5}}(ramp, random);
    REQUIRE(crop.size() == vpr::ImageSize{10, 10});
    crops.insert(checksum(crop));
    // From the first pixel's middle to the last one's are nine tenths of the part's sides.
    const double width = (crop.row(0)[27] - crop.row(0)[0]) / 4.0 / 0.9, height = (crop.row(9)[1] - crop.row(0)[1]) / 6.0 / 0.9;
    CHECK(width * height > 0.2 * 2400 * 0.8);
    CHECK(width * height < 0.5 * 2400 * 1.2);
  }
  CHECK(crops.size() == 50);
  // No part of a narrow photo has such an area and aspect: the middle is taken.
  const vpr::Image narrow = noise({100, 2});
  const vpr::Image middle = vpr::RandomResizedCrop{.size = {3, 2}, .area = {1, 1}}(narrow, random);
  CHECK(pixels_of(middle) == pixels_of(resize_as_pil(vpr::ImageView{narrow.row(48), 3, 2, 6}, {3, 2})));
  CHECK_THROWS_AS(vpr::RandomResizedCrop{}(vpr::Image(), random), vpr::ShapeError);
}

TEST_CASE("A random perspective tilts some photos and keeps their middle") {
  vpr::Random random(1);
  vpr::Image white({30, 40});
  for (auto& byte : white.pixels()) byte = 255;
  int tilted = 0;
  for (int i = 0; i < 200; ++i) {
    const vpr::Image out = vpr::RandomPerspective{}(white, random);
    tilted += pixels_of(out) != pixels_of(white);
    CHECK(out.row(15)[3 * 20] == 255);  // the corners move by a quarter of the sides at most
  }
  CHECK(std::abs(tilted - 100) < 36);
  CHECK(pixels_of(vpr::RandomPerspective{.probability = 1}(noise({1, 9}), random)) == pixels_of(noise({1, 9})));
  CHECK_THROWS_AS(vpr::RandomPerspective{.distortion = 1}(white, random), vpr::ConfigError);
}

TEST_CASE("Augmentations follow one another") {
  vpr::Random random(1);
  const vpr::Augmentations both{vpr::ResizeAsPil{{8, 9}}, vpr::HorizontalFlip{1}};
  const vpr::Image expected = vpr::HorizontalFlip{1}(resize_as_pil(photo, {8, 9}), random);
  CHECK(pixels_of(both(photo, random)) == pixels_of(expected));
  CHECK(pixels_of(vpr::NoAugmentation{}(photo, random)) == pixels_of(photo));
  CHECK(pixels_of(vpr::ResizeAsPil{{23, 37}}(photo, random)) == pixels_of(photo));
}
