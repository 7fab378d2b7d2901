// SPDX-License-Identifier: MIT
#include <vpr/image/image.hpp>

#include "tests/support/catch.hpp"

#include <array>

using vpr::Image;
using vpr::ImageView;
using vpr::Planes;
using vpr::ShapeError;

TEST_CASE("Image owns its pixels row by row") {
  Image photo({2, 3});
  CHECK(photo.pixels().size() == 18);
  CHECK(photo.row(1)[8] == 0);
  photo.row(1)[8] = 7;
  CHECK(photo.pixels()[17] == 7);
  const ImageView view = photo;
  CHECK(view.row(1)[8] == 7);
  CHECK(view.size() == photo.size());
}

TEST_CASE("Image refuses pixels that do not fill it") {
  CHECK_THROWS_WITH(Image({2, 3}, std::vector<std::uint8_t>(17)), ContainsSubstring("got 17 bytes for 2x3 pixels"));
  CHECK_THROWS_AS(Image({-1, 3}), ShapeError);
  CHECK_THROWS_AS(Image({-1, -3}, std::vector<std::uint8_t>(9)), ShapeError);
}

namespace {
struct PaddedFrame {
  std::array<std::uint8_t, 16> bytes{1, 2, 3, 4, 5, 6, 0, 0, 7, 8, 9, 10, 11, 12, 0, 0};
  operator ImageView() const { return {bytes.data(), 2, 2, 8}; }
};
std::uint8_t last_byte(const ImageView& photo) { return photo.row(photo.height - 1)[3 * photo.width - 1]; }
}  // namespace

TEST_CASE("A frame type of one's own enters as a view, whatever its row stride") { CHECK(last_byte(PaddedFrame{}) == 12); }

TEST_CASE("Planes hold one channel after the other") {
  Planes planes({2, 3});
  CHECK(planes.values.size() == 18);
  CHECK(planes.plane(2) - planes.plane(0) == 12);
}
