// SPDX-License-Identifier: MIT
#ifdef VPR_WITH_OPENCV
#include <vpr/backbone/dense_sift.hpp>

#include <vpr/aggregator/vlad.hpp>
#include <vpr/autograd.hpp>
#include <vpr/backbone/any.hpp>

#include "tests/support/component.hpp"
#include "tests/support/photo.hpp"

#include <array>
#include <numeric>

using namespace vpr;
using namespace vpr::test;

namespace {

X planes_of(const Image& photo) {
  const Planes planes = normalise(photo);
  return tensor(Shape{1, 3, planes.size.height, planes.size.width}, {planes.values.begin(), planes.values.end()});
}

X images(std::int64_t batch, ImageSize size) {
  std::vector<float> values;
  for (std::int64_t i = 0; i < batch; ++i) {
    const std::vector<float> one = planes_of(random_photo(size, static_cast<std::uint64_t>(i))).to_vector();
    values.insert(values.end(), one.begin(), one.end());
  }
  return tensor(Shape{batch, 3, size.height, size.width}, values);
}

/// RootSIFT of one region, by OpenCV alone.
std::vector<float> described(const Image& photo, float x, float y, float width) {
  cv::Mat rgb(static_cast<int>(photo.height()), static_cast<int>(photo.width()), CV_8UC3), grey, sift;
  std::copy_n(photo.row(0), 3 * photo.height() * photo.width(), rgb.data);
  cv::cvtColor(rgb, grey, cv::COLOR_RGB2GRAY);
  std::vector<cv::KeyPoint> region{cv::KeyPoint(x, y, width / 6, 0)};
  cv::SIFT::create()->compute(grey, region, sift);
  std::vector<float> values(sift.begin<float>(), sift.end<float>());
  const float sum = std::accumulate(values.begin(), values.end(), 0.0F);
  for (float& value : values) value = std::sqrt(value / sum);
  return values;
}

}  // namespace

TEST_CASE("Dense SIFT gives the bits of OpenCV's descriptors, each the square root of its share, where its region lies in the photo") {
  const Image photo = random_photo({50, 77}, 5);
  const DenseSift<> network({.step = 20, .widths = {16, 30}});
  const Features<X> features = network(planes_of(photo));
  CHECK(features.grid == Grid{2, 6});
  CHECK(features.cls.empty());
  const std::array<float, 2> rows{12, 37};
  const std::array<float, 3> columns{12, 38, 64};
  for (std::size_t y = 0; y < rows.size(); ++y) {
    for (std::size_t x = 0; x < columns.size(); ++x) {
      for (std::size_t w = 0; w < 2; ++w) {
        INFO("row " << y << ", column " << x << ", width " << w);
        const float* const token = features.patches.data() + ((y * 3 + x) * 2 + w) * 128;
        CHECK(std::vector<float>(token, token + 128) == described(photo, columns[x], rows[y], w == 0 ? 16 : 30));
        CHECK(row_length(features.patches.to_vector(), 128, static_cast<std::int64_t>((y * 3 + x) * 2 + w)) == Approx(1).epsilon(1e-5));
      }
    }
  }
}

TEST_CASE("Dense SIFT of photos of any size has its grid, and the same bits alone, in a batch and on any threads") {
  const DenseSift<> network;
  for (const ImageSize size : {ImageSize{40, 40}, ImageSize{41, 63}, ImageSize{67, 55}}) {
    INFO(size);
    const X photos = images(2, size);
    const Grid grid = network.grid(size.height, size.width);
    CHECK(grid == Grid{size.height / 8, size.width / 8 * 4});
    CHECK(AnyBackbone<Shapes>(DenseSift<Shapes>()).grid(size.height, size.width) == grid);
    const std::vector<float> together = same_on_any_threads([&] { return network(photos).patches.to_vector(); });
    CHECK(network(photos).patches.shape() == Shape{2, grid.patches(), 128});
    std::vector<float> alone = network(slice(photos, 0, 0, 1)).patches.to_vector();
    const std::vector<float> second = network(slice(photos, 0, 1, 2)).patches.to_vector();
    alone.insert(alone.end(), second.begin(), second.end());
    CHECK(alone == together);
  }
}

TEST_CASE("A region without gradients is described by zeros") {
  const Features<X> features = DenseSift<>()(X::full(Shape{1, 3, 48, 48}, 0.25F));
  CHECK(features.patches.to_vector() == std::vector<float>(6 * 24 * 128));
}

TEST_CASE("Dense SIFT has no parameters, no class token and no parts, and no gradient passes it") {
  const AnyBackbone<> any = DenseSift<>();
  CHECK(any.plain_names().empty());
  CHECK_FALSE(any.has_class_token());
  CHECK(any.depth() == 0);
  using Trained = Recorded<Cpu<>>;
  const X photos = images(1, {48, 56});
  const Features<Trained::tensor> features = DenseSift<Trained>()(Trained::tensor(photos, true));
  CHECK(features.patches.to_vector() == any(photos).patches.to_vector());
  CHECK_FALSE(features.patches.needs_gradient());
}

TEST_CASE("Dense SIFT refuses images smaller than a region, other planes and settings that describe nothing") {
  const DenseSift<> network;
  CHECK_THROWS_WITH(network(X::zeros(Shape{1, 3, 39, 64})), ContainsSubstring("got an image of 39x64, want sides of 40 at least"));
  CHECK_THROWS_AS(network.grid(64, 39), ShapeError);
  CHECK_THROWS_WITH(network(X::zeros(Shape{1, 1, 64, 64})), ContainsSubstring("got images [1, 1, 64, 64]"));
  CHECK_THROWS_WITH(DenseSift<>({.step = 0}), ContainsSubstring("got a step of 0 pixels"));
  CHECK_THROWS_AS(DenseSift<>({.widths = {}}), ConfigError);
  CHECK_THROWS_WITH(DenseSift<>({.widths = {16, -1}}), ContainsSubstring("got width -1"));
}
#endif
