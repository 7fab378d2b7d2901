// SPDX-License-Identifier: MIT
#include <vpr/image/warp.hpp>

#include "tests/image/photos.hpp"
#include "tests/support/catch.hpp"

#include <limits>

namespace {
const vpr::Image photo = noise({23, 37});
constexpr vpr::Warp identity{1, 0, 0, 0, 1, 0, 0, 0};
}  // namespace

TEST_CASE("Turned and tilted photos equal torchvision's on PIL images") {
  // torchvision 0.29, Pillow 13, bilinear
  CHECK(checksum(warp(photo, vpr::turn(photo.size(), 9))) == 0x01DAEA3E);
  CHECK(checksum(warp(photo, vpr::turn(photo.size(), -30))) == 0xCF947729);
  CHECK(checksum(warp(photo, vpr::turn(photo.size(), 123.4))) == 0x9E55F1FB);
  CHECK(checksum(warp(photo, vpr::tilt(photo.size(), {{{3, 2}, {30, 1}, {35, 20}, {1, 18}}}))) == 0x167DF3D7);
}

TEST_CASE("A warp takes each pixel from where it says, black from outside") {
  const vpr::Image row({1, 3}, {0, 0, 0, 100, 100, 100, 200, 200, 200});
  CHECK(pixels_of(warp(row, identity)) == pixels_of(row));
  CHECK(pixels_of(warp(row, {1, 0, 0.5, 0, 1, 0, 0, 0})) == Bytes{50, 50, 50, 150, 150, 150, 0, 0, 0});
  CHECK(pixels_of(warp(row, {1, 0, -0.25, 0, 1, 0, 0, 0})) == Bytes{0, 0, 0, 75, 75, 75, 175, 175, 175});  // the border repeats
  CHECK(pixels_of(warp(row, vpr::shear_and_shift(0, 0, 1, 0, 1.5, 0.5))) == Bytes{0, 0, 0, 0, 0, 0, 100, 100, 100});
  CHECK(pixels_of(warp(row, vpr::turn(row.size(), 180))) == Bytes{200, 200, 200, 100, 100, 100, 0, 0, 0});
  CHECK(pixels_of(warp(row, {std::numeric_limits<double>::quiet_NaN(), 0, 0, 0, 1, 0, 0, 0})) == Bytes(9, 0));
}

TEST_CASE("A warp reads views whose rows have gaps") {
  const vpr::ImageView part{photo.row(2) + 3 * 4, 5, 6, photo.width() * 3};
  const vpr::Image out = warp(part, identity);
  for (std::int64_t y = 0; y < 5; ++y) CHECK(std::equal(out.row(y), out.row(y) + 18, part.row(y)));
}

TEST_CASE("A whole turn, or corners that stay, leave a photo as it is") {
  CHECK(pixels_of(warp(photo, vpr::turn(photo.size(), 360))) == pixels_of(photo));
  CHECK(pixels_of(warp(photo, vpr::tilt(photo.size(), {{{0, 0}, {36, 0}, {36, 22}, {0, 22}}}))) == pixels_of(photo));
  CHECK(pixels_of(warp(vpr::Image(), identity)).empty());
}

TEST_CASE("Corners on a line are refused") {
  CHECK_THROWS_WITH(vpr::tilt({9, 9}, {{{0, 0}, {1, 1}, {2, 2}, {0, 8}}}), ContainsSubstring("lie on a line"));
  CHECK_THROWS_WITH(vpr::tilt({1, 9}, {{{0, 0}, {8, 0}, {8, 1}, {0, 1}}}), ContainsSubstring("1x9 has no four corners"));
}
