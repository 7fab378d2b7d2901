// SPDX-License-Identifier: MIT
#include <vpr/image/named_preprocess.hpp>
#include <vpr/image/preprocess.hpp>

#include "tests/image/photos.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace vpr;

static_assert(Preprocess<NormaliseThenResize<>> && Preprocess<ResizeThenNormalise<ShorterSide>> && Preprocess<CentralCrop> &&
              Preprocess<AnyLocCrop>);

TEST_CASE("Normalising subtracts the mean and divides by the deviation, channel by channel") {
  const Image photo({1, 2}, {0, 128, 255, 51, 0, 102});
  const Planes planes = normalise(photo, {{0.5F, 0.25F, 0.0F}, {0.5F, 0.25F, 2.0F}});
  CHECK(planes.size == ImageSize{1, 2});
  CHECK(planes.values ==
        std::vector<float>{-1.0F, (51.0F / 255 - 0.5F) / 0.5F, (128.0F / 255 - 0.25F) / 0.25F, -1.0F, 0.5F, 102.0F / 255 / 2.0F});
  CHECK(normalise(photo).values[0] == Approx(-0.485 / 0.229));
  CHECK_THROWS_AS(normalise(Image({0, 2})), ShapeError);
}

TEST_CASE("Normalise-then-resize in one pass equals the two steps") {
  const Image photo = noise({37, 61});
  for (const bool antialias : {false, true}) {
    for (const Interpolation rule : {Interpolation::bilinear, Interpolation::bicubic}) {
      const Planes two = resize_as_torchvision(normalise(photo), {28, 70}, rule, antialias);
      const Planes one = NormaliseThenResize<>{{{28, 70}}, rule, antialias}(photo);
      CHECK(one.size == two.size);
      CHECK(largest_difference(one.values, two.values) < 5e-6F);
    }
  }
  CHECK(NormaliseThenResize<OriginalSize>{}(photo).values == normalise(photo).values);
}

TEST_CASE("Resize-then-normalise passes through 8 bits") {
  const Image photo = noise({37, 61});
  const Planes planes = ResizeThenNormalise<>{{{28, 70}}}(photo);
  CHECK(planes.values == normalise(resize_as_pil(photo, {28, 70})).values);
  CHECK(planes.values != NormaliseThenResize<>{{{28, 70}}}(photo).values);
}

TEST_CASE("The central crop fits the wanted size by nearest neighbours") {
  const Image photo = noise({10, 20});
  const CentralCrop preprocess{{20, 20}};
  const Planes planes = preprocess(photo);
  CHECK(planes.size == preprocess.size(photo.size()));
  // Twice the size, 20x40, of which columns 10 to 29 are kept: columns 5 to 14 of the photo, each twice.
  const Planes all = normalise(photo);
  CHECK(planes.plane(1)[3 * 20 + 6] == Approx(all.plane(1)[1 * 20 + 8]));
  CHECK(planes.plane(1)[3 * 20 + 7] == planes.plane(1)[3 * 20 + 6]);
}

TEST_CASE("The central crop's size refuses what its enlarging would") {
  for (const ImageSize line : {ImageSize{1, 1'000'000}, ImageSize{1'000'000, 1}}) {
    CHECK_THROWS_AS(CentralCrop{}.size(line), ShapeError);
    CHECK_THROWS_AS(CentralCrop{}(Image(line)), ShapeError);
  }
  CHECK(CentralCrop{}.size({3, 4000}) == ImageSize{224, 224});
  CHECK_THROWS_AS(CentralCrop{}.size({0, 5}), ShapeError);
}

TEST_CASE("AnyLoc's crop leaves small photos unscaled and cuts to multiples of 14") {
  const Image photo = noise({30, 50});
  const AnyLocCrop preprocess{400};
  CHECK(preprocess.size(photo.size()) == ImageSize{28, 42});
  CHECK(preprocess(photo).values == centre_crop(normalise(photo), {28, 42}).values);
  CHECK(AnyLocCrop{40}(photo).size == ImageSize{14, 28});  // 24x40 on the way
  CHECK_THROWS_AS(preprocess(noise({13, 50})), ShapeError);
}

TEST_CASE("Every preprocessing works on one pixel") {
  const Image photo = noise({1, 1});
  CHECK(NormaliseThenResize<>{}(photo).size == ImageSize{224, 224});
  CHECK(ResizeThenNormalise<>{}(photo).size == ImageSize{224, 224});
  CHECK(CentralCrop{}(photo).size == ImageSize{224, 224});
}

TEST_CASE("Frames of every pixel order are prepared to the same bits as their RGB") {
  const vpr::Image photo = noise({20, 30});
  std::vector<std::uint8_t> frame(20 * 128);
  for (std::int64_t i = 0; i < 600; ++i) {
    for (std::int64_t c = 0; c < 3; ++c)
      frame[static_cast<std::size_t>(i / 30 * 128 + i % 30 * 4 + c)] = photo.row(i / 30)[3 * (i % 30) + 2 - c];
  }
  const vpr::ImageView bgra{frame.data(), 20, 30, 128, vpr::PixelOrder::bgra};
  CHECK(vpr::normalise(bgra).values == vpr::normalise(photo).values);
  for (const char* name : {"normalise-then-resize-tensor", "resize-8-bit-then-normalise", "central-crop", "anyloc"}) {
    CAPTURE(name);
    const vpr::AnyPreprocess prepare = vpr::find_preprocess(name, {14, 28});
    CHECK(prepare(bgra).values == prepare(photo).values);
  }
}

TEST_CASE("Sizes that overflow are refused, never multiplied") {
  const vpr::Image photo = noise({4, 4});
  constexpr std::int64_t huge = std::int64_t{1} << 40, most = INT64_MAX;
  for (const std::int64_t side : {huge, most, std::int64_t{1} << 31, std::int64_t{0}, std::int64_t{-1}, -most}) {
    CAPTURE(side);
    CHECK_THROWS_AS(vpr::ShorterSide{side}({4, 4}), vpr::Error);
    CHECK_THROWS_AS(vpr::LongestSide{side}({4, 4}), vpr::Error);
    CHECK_THROWS_AS(vpr::NearestMultiple{side}({4, 4}), vpr::Error);
    CHECK_THROWS_AS(vpr::FloorMultiple{side}({4, 4}), vpr::Error);
    CHECK_THROWS_AS(vpr::resize_as_pil(photo, {side, side}), vpr::Error);
    CHECK_THROWS_AS(vpr::resize_as_torchvision(photo, {side, 4}), vpr::Error);
    CHECK_THROWS_AS((vpr::CentralCrop{{side, side}}(photo)), vpr::Error);
    if (side != 0) CHECK_THROWS_AS(vpr::centre_crop(vpr::Planes({4, 4}), {side, side}), vpr::Error);
  }
  CHECK_THROWS_AS(vpr::crop(vpr::Planes({4, 4}), INT64_MIN, INT64_MIN, {2, 2}), vpr::Error);
  CHECK_THROWS_AS(vpr::crop(vpr::Planes({4, 4}), most, 0, {2, 2}), vpr::Error);
}
