// SPDX-License-Identifier: MIT
#include <vpr/image/resize.hpp>

#include "tests/image/photos.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"
#include "tests/support/threads.hpp"

#include <numeric>

using namespace vpr;

namespace {

/// One row of grey pixels.
Image row(const std::vector<int>& values) {
  Image photo({1, static_cast<std::int64_t>(values.size())});
  for (std::size_t i = 0; i < values.size(); ++i) std::fill_n(photo.row(0) + 3 * i, 3, static_cast<std::uint8_t>(values[i]));
  return photo;
}

std::vector<int> reds(const Image& photo) {
  std::vector<int> values;
  for (std::size_t i = 0; i < photo.pixels().size(); i += 3) values.push_back(photo.pixels()[i]);
  return values;
}

Planes random_planes(ImageSize size) {
  Planes planes(size);
  const std::vector<float> values = random_floats(3 * size.height * size.width, 3);
  planes.values.assign(values.begin(), values.end());
  return planes;
}

Planes transposed(const Planes& planes) {
  Planes out(ImageSize{planes.size.width, planes.size.height});
  for (int c = 0; c < 3; ++c) {
    for (std::int64_t y = 0; y < planes.size.height; ++y) {
      for (std::int64_t x = 0; x < planes.size.width; ++x)
        out.plane(c)[x * planes.size.height + y] = planes.plane(c)[y * planes.size.width + x];
    }
  }
  return out;
}

const auto rules = {Interpolation::bilinear, Interpolation::bicubic};

}  // namespace

TEST_CASE("Halving by PIL's bilinear rule weighs 1, 3, 3, 1") {
  // (0 + 3*0 + 3*80 + 160) / 8 and (80 + 3*160 + 3*80 + 80) / 8; at the borders the filter is cut and the rest rescaled.
  CHECK(reds(resize_as_pil(row({0, 0, 0, 80, 160, 80, 80, 80}), {1, 4})) == std::vector<int>{0, 50, 110, 80});
}

TEST_CASE("Doubling by PIL's bilinear rule weighs 1, 3") {
  CHECK(reds(resize_as_pil(row({0, 80}), {1, 4})) == std::vector<int>{0, 20, 60, 80});
}

TEST_CASE("PIL's bicubic rule overshoots and is cut at the range of a byte") {
  const std::vector<int> values = reds(resize_as_pil(row({0, 0, 255, 255}), {1, 8}, Interpolation::bicubic));
  CHECK(values.front() == 0);
  CHECK(values[2] == 0);
  CHECK(values[5] == 255);
  CHECK(values[3] + values[4] == 255);
}

TEST_CASE("PIL's resize begins with the height where it shrinks by more than twice what the width does") {
  const auto rows_first = [](const Image& photo) {
    return pixels_of(detail::pil_columns<Image>(detail::pil_rows<Image>(photo, 3, Interpolation::bilinear), 3, Interpolation::bilinear));
  };
  const auto columns_first = [](const Image& photo) {
    return pixels_of(detail::pil_rows<Image>(detail::pil_columns<Image>(photo, 3, Interpolation::bilinear), 3, Interpolation::bilinear));
  };
  const Image tall = noise({16, 9}), square = noise({15, 9});  // 13 rows against 6 columns less; 12 against 6
  REQUIRE(rows_first(tall) != columns_first(tall));
  REQUIRE(rows_first(square) != columns_first(square));
  CHECK(pixels_of(resize_as_pil(tall, {3, 3})) == rows_first(tall));
  CHECK(pixels_of(resize_as_pil(square, {3, 3})) == columns_first(square));
}

TEST_CASE("A resize to the same size changes nothing") {
  const Image photo = noise({5, 7});
  const Planes planes = random_planes({5, 7});
  for (const Interpolation rule : rules) {
    CHECK(pixels_of(resize_as_pil(photo, photo.size(), rule)) == pixels_of(photo));
    for (const bool antialias : {false, true}) {
      CHECK(pixels_of(resize_as_torchvision(photo, photo.size(), rule, antialias)) == pixels_of(photo));
      CHECK(resize_as_torchvision(planes, planes.size, rule, antialias).values == planes.values);
    }
  }
}

TEST_CASE("A constant photo stays constant at any size") {
  Image photo({6, 9});
  std::fill(photo.pixels().begin(), photo.pixels().end(), std::uint8_t{201});
  for (const ImageSize size : {ImageSize{1, 1}, ImageSize{3, 20}, ImageSize{14, 2}, ImageSize{31, 31}}) {
    for (const Interpolation rule : rules) {
      const Bytes expected(static_cast<std::size_t>(3 * size.height * size.width), 201);
      CHECK(pixels_of(resize_as_pil(photo, size, rule)) == expected);
      for (const bool antialias : {false, true}) CHECK(pixels_of(resize_as_torchvision(photo, size, rule, antialias)) == expected);
    }
  }
}

TEST_CASE("Without antialias torch's bilinear rule reads two pixels, whatever it skips") {
  Planes planes(ImageSize{1, 8});
  std::iota(planes.values.begin(), planes.values.end(), 0.0F);
  const Planes out = resize_as_torchvision(planes, {1, 2}, Interpolation::bilinear, false);
  CHECK(out.plane(0)[0] == 1.5F);
  CHECK(out.plane(0)[1] == 5.5F);
  planes.plane(0)[3] = 1000;
  CHECK(resize_as_torchvision(planes, {1, 2}, Interpolation::bilinear, false).values[0] == 1.5F);
  CHECK(resize_as_torchvision(planes, {1, 2}, Interpolation::bilinear, true).values[0] > 100);
}

TEST_CASE("torch's cubic rules use -0.75 without antialias and -0.5 with it") {
  Planes planes(ImageSize{1, 8});
  planes.plane(0)[3] = 1;
  // At a quarter right of pixel 3 the kernel's value is ((a + 2) x - (a + 3)) x^2 + 1 with x = 1/4.
  CHECK(resize_as_torchvision(planes, {1, 16}, Interpolation::bicubic, false).values[7] ==
        Approx(((-0.75 + 2) / 4 - (-0.75 + 3)) / 16 + 1));
  CHECK(resize_as_torchvision(planes, {1, 16}, Interpolation::bicubic, true).values[7] == Approx(((-0.5 + 2) / 4 - (-0.5 + 3)) / 16 + 1));
}

TEST_CASE("Nearest takes the pixel whose cell holds the output's corner") {
  Planes planes(ImageSize{1, 5});
  std::iota(planes.values.begin(), planes.values.end(), 0.0F);
  const Planes out = resize_as_torchvision(planes, {1, 3}, Interpolation::nearest);
  CHECK(std::vector<float>(out.plane(0), out.plane(1)) == std::vector<float>{0, 1, 3});
  CHECK_THROWS_WITH(resize_as_pil(noise({2, 2}), {4, 4}, Interpolation::nearest), ContainsSubstring("bilinear or bicubic"));
}

TEST_CASE("Both sides are resized by the same rule") {
  const Planes planes = random_planes({13, 29});
  for (const Interpolation rule : rules) {
    for (const bool antialias : {false, true}) {
      const Planes one = resize_as_torchvision(planes, {7, 40}, rule, antialias);
      const Planes other = transposed(resize_as_torchvision(transposed(planes), {40, 7}, rule, antialias));
      CHECK(largest_difference(one.values, other.values) < 1e-6F);
    }
  }
}

TEST_CASE("8-bit torchvision rounds what the float resize gives") {
  const Image photo = noise({11, 17});
  Planes planes(photo.size());
  for (std::int64_t i = 0; i < 11 * 17; ++i) {
    for (int c = 0; c < 3; ++c) planes.plane(c)[i] = photo.pixels()[static_cast<std::size_t>(3 * i + c)];
  }
  const Planes exact = resize_as_torchvision(planes, {5, 30}, Interpolation::bicubic);
  const Image rounded = resize_as_torchvision(photo, {5, 30}, Interpolation::bicubic);
  for (std::int64_t i = 0; i < 5 * 30; ++i) {
    const float value = std::clamp(exact.plane(1)[i], 0.0F, 255.0F);
    REQUIRE(std::abs(value - static_cast<float>(rounded.pixels()[static_cast<std::size_t>(3 * i + 1)])) < 0.501F);
  }
}

TEST_CASE("A view with padded rows is resized like the photo it shows") {
  const Image photo = noise({9, 5});
  Bytes padded(9 * 20, 99);
  for (std::int64_t y = 0; y < 9; ++y) std::copy_n(photo.row(y), 15, padded.begin() + 20 * y);
  const ImageView view{padded.data(), 9, 5, 20};
  CHECK(pixels_of(resize_as_pil(view, {4, 8})) == pixels_of(resize_as_pil(photo, {4, 8})));
  CHECK(pixels_of(resize_as_torchvision(view, {4, 8})) == pixels_of(resize_as_torchvision(photo, {4, 8})));
}

TEST_CASE("The number of threads does not change a resized photo") {
  const Image photo = noise({67, 45});
  const Image pil = resize_as_pil(photo, {31, 80}, Interpolation::bicubic);
  const Planes torch = detail::resample(photo, {31, 80}, Interpolation::bicubic, true, {1, 1, 1}, {0, 0, 0});
  const Threads scope(3);
  CHECK(pixels_of(resize_as_pil(photo, {31, 80}, Interpolation::bicubic)) == pixels_of(pil));
  CHECK(detail::resample(photo, {31, 80}, Interpolation::bicubic, true, {1, 1, 1}, {0, 0, 0}).values == torch.values);
}

TEST_CASE("Resizing refuses empty photos, empty results and results beyond measure") {
  const Image photo = noise({2, 3});
  CHECK_THROWS_WITH(resize_as_pil(Image({0, 3}), {4, 4}), ContainsSubstring("got a size of 0x3"));
  CHECK_THROWS_AS(resize_as_pil(photo, {4, 0}), ShapeError);
  CHECK_THROWS_AS(resize_as_torchvision(photo, {-1, 4}), ShapeError);
  CHECK_THROWS_AS(resize_as_torchvision(Planes{}, {4, 4}), ShapeError);
  CHECK_THROWS_WITH(resize_as_torchvision(photo, {224, 224'000'000}), ContainsSubstring("from 2x3 to 224x224000000 is beyond"));
}
