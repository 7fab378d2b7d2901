// SPDX-License-Identifier: MIT
#include <vpr/image/image.hpp>

#include "tests/image/photos.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/memory_limit.hpp"

#include <array>
#include <limits>
#include <type_traits>

using vpr::Image;
using vpr::ImageSize;
using vpr::ImageView;
using vpr::PixelOrder;
using vpr::Planes;
using vpr::RgbPhoto;
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

TEST_CASE("Sizes whose pixels cannot be counted or kept are refused with the limit named") {
  constexpr std::int64_t huge = std::int64_t{1} << 31, most = std::numeric_limits<std::int64_t>::max();
  CHECK_THROWS_WITH(Image({huge, huge}), ContainsSubstring("2147483648x2147483648, sides can't be beyond 2147483647"));
  CHECK_THROWS_WITH(Image({huge - 1, huge - 1}), ContainsSubstring("beyond the limit of 1099511627776 pixels"));
  for (const ImageSize size :
       {ImageSize{huge, huge}, ImageSize{most, most}, ImageSize{most, 1}, ImageSize{1, most}, ImageSize{-1, 5}, ImageSize{-most, -most}}) {
    CHECK_THROWS_AS(Image(size), ShapeError);
    CHECK_THROWS_AS(Image(size, {}), ShapeError);
    CHECK_THROWS_AS(Planes(size), ShapeError);
    CHECK_THROWS_AS(ImageView(nullptr, size.height, size.width, 3), ShapeError);
  }
#ifndef VPR_TEST_SANITIZED
  CHECK_THROWS_AS(Image({1 << 20, 1 << 20}), vpr::Error);  // 3 TB, where a machine has no such memory
#endif
  const Image none({0, 7});
  CHECK(none.pixels().empty());
}

TEST_CASE("A view refuses rows that overlap, and pixels that are not there") {
  const Bytes bytes(60);
  CHECK_THROWS_WITH(ImageView(bytes.data(), 4, 5, 14), ContainsSubstring("got rows 14 bytes apart, expected at least 15 for 5 pixels"));
  CHECK_THROWS_AS(ImageView(bytes.data(), 4, 5, 15, PixelOrder::bgra), ShapeError);
  CHECK_THROWS_AS(ImageView(bytes.data(), 4, 5, 0), ShapeError);
  CHECK_THROWS_AS(ImageView(bytes.data(), 4, 5, std::numeric_limits<std::int64_t>::min()), ShapeError);
  CHECK_THROWS_AS(ImageView(bytes.data(), 4, 5, std::numeric_limits<std::size_t>::max() / 2), ShapeError);
  CHECK_THROWS_WITH(ImageView(nullptr, 4, 5, 15), ContainsSubstring("got no data for 4x5 pixels"));
  CHECK(ImageView(bytes.data(), 1, 5, 0).row(0) == bytes.data());
  CHECK(ImageView(nullptr, 0, 0, 0).size() == ImageSize{0, 0});
}

TEST_CASE("A view takes sizes and steps of any type, as cv::Mat's, without a narrowing") {
  struct Step {
    operator std::size_t() const { return 9; }
  };
  unsigned char bytes[18]{};
  const int rows = 2, columns = 3;
  const Step step;
  unsigned char* const data = bytes;
  const ImageView view{data, rows, columns, step};
  CHECK(view.row_bytes == 9);
  CHECK(view.order == PixelOrder::rgb);
  const std::size_t sizes = 3;
  CHECK(ImageView{data, sizes, std::int8_t{2}, 6U}.size() == ImageSize{3, 2});
}

TEST_CASE("Every pixel order gives the RGB that it shows, whatever the row step") {
  const Image photo = noise({5, 7});
  struct Layout {
    PixelOrder order;
    std::array<int, 4> channels;  // of RGBA
    std::int64_t count;
  };
  for (const Layout& layout : {Layout{PixelOrder::rgb, {0, 1, 2, 0}, 3}, Layout{PixelOrder::bgr, {2, 1, 0, 0}, 3},
                               Layout{PixelOrder::rgba, {0, 1, 2, 3}, 4}, Layout{PixelOrder::bgra, {2, 1, 0, 3}, 4}}) {
    for (const std::int64_t padding : {0, 5}) {
      const std::int64_t step = 7 * layout.count + padding;
      Bytes frame(static_cast<std::size_t>(5 * step), 99);
      for (std::int64_t i = 0; i < 35; ++i) {
        for (std::int64_t c = 0; c < layout.count; ++c) {
          const int channel = layout.channels[static_cast<std::size_t>(c)];
          frame[static_cast<std::size_t>(i / 7 * step + i % 7 * layout.count + c)] =
              channel == 3 ? 17 : photo.pixels()[static_cast<std::size_t>(3 * i + channel)];
        }
      }
      const ImageView view{frame.data(), 5, 7, step, layout.order};
      CHECK(pixels_of(vpr::to_rgb(view)) == pixels_of(photo));
      const ImageView from_below{frame.data() + 4 * step, 5, 7, -step, layout.order};
      const Image upside_down = vpr::to_rgb(from_below);
      CHECK(upside_down.row(0)[0] == photo.row(4)[0]);
      const RgbPhoto argument = view;
      CHECK(argument.order == PixelOrder::rgb);
      CHECK((argument.data == frame.data()) == (layout.order == PixelOrder::rgb));  // no copy for RGB
      for (std::int64_t y = 0; y < 5; ++y) CHECK(std::equal(photo.row(y), photo.row(y) + 21, argument.row(y)));
    }
  }
  const Bytes grey{1, 2, 0, 3, 4, 0};
  CHECK(pixels_of(vpr::to_rgb(ImageView{grey.data(), 2, 2, 3, PixelOrder::grey})) == Bytes{1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4});
}

namespace {
struct PaddedFrame {
  std::array<std::uint8_t, 16> bytes{1, 2, 3, 4, 5, 6, 0, 0, 7, 8, 9, 10, 11, 12, 0, 0};
  operator ImageView() const { return {bytes.data(), 2, 2, 8}; }
};
std::uint8_t last_byte(const ImageView& photo) { return photo.row(photo.height - 1)[3 * photo.width - 1]; }
}  // namespace

TEST_CASE("A frame type of one's own enters as a view, whatever its row stride") { CHECK(last_byte(PaddedFrame{}) == 12); }

namespace {
/// A camera's frame: BGR, 32 bytes a row.
struct CameraFrame {
  std::vector<std::uint8_t> bytes = std::vector<std::uint8_t>(64, 0);
};
}  // namespace

template <>
struct vpr::traits::image<CameraFrame> {
  static int height(const CameraFrame&) { return 2; }
  static int width(const CameraFrame&) { return 3; }
  static const std::uint8_t* row(const CameraFrame& frame, int y) { return frame.bytes.data() + 32 * y; }
  static PixelOrder order(const CameraFrame&) { return PixelOrder::bgr; }
};

TEST_CASE("A frame type of one's own enters by its traits, where it lies") {
  CameraFrame frame;
  frame.bytes[0] = 5;
  frame.bytes[34] = 7;
  const ImageView view = frame;
  CHECK(view.data == frame.bytes.data());
  CHECK(view.row_bytes == 32);
  CHECK(view.order == PixelOrder::bgr);
  CHECK(pixels_of(vpr::to_rgb(frame)) == Bytes{0, 0, 5, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0});
}

TEST_CASE("Views of temporaries do not compile, temporaries as arguments do") {
  STATIC_REQUIRE(!std::is_convertible_v<Image, ImageView>);
  STATIC_REQUIRE(!std::is_convertible_v<const Image, ImageView>);
  STATIC_REQUIRE(!std::is_convertible_v<CameraFrame, ImageView>);
  STATIC_REQUIRE(std::is_convertible_v<Image&, ImageView>);
  STATIC_REQUIRE(std::is_convertible_v<const Image&, ImageView>);
  STATIC_REQUIRE(std::is_convertible_v<CameraFrame&, ImageView>);
  STATIC_REQUIRE(std::is_convertible_v<Image, const RgbPhoto&>);
  STATIC_REQUIRE(std::is_convertible_v<CameraFrame, const RgbPhoto&>);
  STATIC_REQUIRE(!std::is_copy_constructible_v<RgbPhoto>);
  const auto height = [](const RgbPhoto& photo) { return photo.height; };
  CHECK(height(Image({4, 2})) == 4);
  CHECK(height(CameraFrame{}) == 2);
}

TEST_CASE("Planes hold one channel after the other") {
  Planes planes({2, 3});
  CHECK(planes.values.size() == 18);
  CHECK(planes.plane(2) - planes.plane(0) == 12);
}
