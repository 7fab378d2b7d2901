// SPDX-License-Identifier: MIT
#include <vpr/image/tone.hpp>

#include "tests/image/photos.hpp"
#include "tests/support/catch.hpp"

// The checksums are those of torchvision 0.29 with Pillow 13 on the same bytes.
namespace {
const vpr::Image photo = noise({23, 37}), dull = dull_noise({23, 37});
}

TEST_CASE("Posterising, solarising, stretching and equalising equal PIL's") {
  CHECK(checksum(posterize(photo, 1)) == 0x30C0B1DA);
  CHECK(checksum(posterize(photo, 7)) == 0x6F0116F0);
  CHECK(checksum(solarize(photo, 0)) == 0x69557948);
  CHECK(checksum(solarize(photo, 178.5)) == 0x30D9B600);
  CHECK(checksum(auto_contrast(dull)) == 0x3FD4F641);
  CHECK(checksum(equalize(dull)) == 0x0F1252E1);
  CHECK(checksum(equalize(photo)) == 0x171D85C5);
}

TEST_CASE("Tones change as by hand") {
  const vpr::Image three({1, 3}, {10, 7, 0, 20, 7, 128, 30, 7, 255});
  CHECK(pixels_of(posterize(three, 4)) == Bytes{0, 0, 0, 16, 0, 128, 16, 0, 240});
  CHECK(pixels_of(posterize(three, 8)) == pixels_of(three));
  CHECK(pixels_of(posterize(three, 0)) == Bytes(9, 0));
  CHECK(pixels_of(solarize(three, 128)) == Bytes{10, 7, 0, 20, 7, 127, 30, 7, 0});
  CHECK(pixels_of(auto_contrast(three)) == Bytes{0, 7, 0, 127, 7, 128, 255, 7, 255});  // a channel of one value stays
  CHECK(pixels_of(equalize(three)) == pixels_of(three));                               // too few pixels for a step
}

TEST_CASE("An empty photo has no tones") {
  CHECK(pixels_of(auto_contrast(vpr::Image())).empty());
  CHECK(pixels_of(equalize(vpr::Image())).empty());
}

TEST_CASE("Bits out of range are refused") {
  CHECK_THROWS_WITH(posterize(photo, 9), ContainsSubstring("got 9 bits"));
  CHECK_THROWS_AS(posterize(photo, -1), vpr::ConfigError);
}
