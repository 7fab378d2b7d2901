// SPDX-License-Identifier: MIT
#include <vpr/backend/cpu.hpp>
#include <vpr/local/features.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

#include <vector>

using vpr::LocalFeatures;
using vpr::LocalTokens;
using vpr::Shape;
using X = vpr::Tensor<vpr::Cpu<>>;

namespace {

vpr::Rows rows_of(const LocalFeatures& features) { return features; }

}  // namespace

TEST_CASE("Local features convert to rows without a copy") {
  const LocalFeatures features{{2, 3}, 2, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}};
  const vpr::Rows rows = features;
  CHECK(rows.size() == 6);
  CHECK(rows.dim() == 2);
  CHECK(rows[4] == features.values.data() + 8);
  CHECK(rows_of(LocalFeatures{}).size() == 0);
}

TEST_CASE("Local features whose values do not fill their grid are refused") {
  const LocalFeatures features{{2, 3}, 2, {1, 2, 3}};
  CHECK_THROWS_AS(vpr::Rows(features), vpr::ShapeError);
  CHECK_THROWS_WITH(vpr::Rows(features), ContainsSubstring("got 3 values for a grid of 2x3 and 2 channels"));
  CHECK_THROWS_AS(rows_of(LocalFeatures{{-1, -1}, 1, {1}}), vpr::ShapeError);
}

TEST_CASE("A batch comes to host memory photo by photo") {
  const std::vector<float> values = random_floats(3 * 6 * 4, 1);
  const auto photos = vpr::to_host(LocalTokens<X>{X::from(Shape{3, 6, 4}, values), {2, 3}});
  REQUIRE(photos.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    const auto from = values.begin() + static_cast<std::ptrdiff_t>(24 * i);
    CHECK(photos[i] == LocalFeatures{{2, 3}, 4, {from, from + 24}});
  }
  CHECK(vpr::to_host(LocalTokens<X>{X(Shape{0, 6, 4}), {2, 3}}).empty());
}

TEST_CASE("A batch that does not lie on its grid is refused") {
  CHECK_THROWS_WITH(vpr::to_host(LocalTokens<X>{X::zeros(Shape{1, 5, 4}), {2, 3}}),
                    ContainsSubstring("got tokens [1, 5, 4] for a grid of 2x3, want [photos, 6, channels]"));
  CHECK_THROWS_AS(vpr::to_host(LocalTokens<X>{X::zeros(Shape{6, 4}), {2, 3}}), vpr::ShapeError);
}

TEST_CASE("Features at keypoints come with them, without those that are none") {
  const std::vector<float> values = random_floats(2 * 3 * 4, 2);
  const std::vector<float> places{0.5F, 0.25F, 0.9F, 0, 0, -1, 1, 0, 0, 0, 0, -1, 0, 0, -1, 0, 0, -1};
  const auto photos = vpr::to_host(LocalTokens<X>{X::from(Shape{2, 3, 4}, values), {30, 40}, X::from(Shape{2, 3, 3}, places)});
  REQUIRE(photos.size() == 2);
  CHECK(photos[0].keypoints == std::vector<vpr::Keypoint>{{0.5F, 0.25F, 0.9F}, {1, 0, 0}});
  CHECK(photos[0].size() == 2);
  CHECK(rows_of(photos[0])[1][3] == values[11]);
  CHECK(photos[0].grid == vpr::Grid{30, 40});
  CHECK(photos[1] == LocalFeatures{{0, 0}, 4});
  CHECK_THROWS_WITH(vpr::to_host(LocalTokens<X>{X::zeros(Shape{2, 3, 4}), {30, 40}, X::zeros(Shape{2, 2, 3})}),
                    ContainsSubstring("got tokens [2, 3, 4] and keypoints [2, 2, 3]"));
  CHECK_THROWS_WITH(rows_of(LocalFeatures({{3, 4}, 2, {1, 2}, {{0, 0, 1}, {1, 1, 1}}})), ContainsSubstring("2 channels, 2 keypoints"));
}

TEST_CASE("Places are the centres of a grid's cells, or keypoints") {
  const LocalFeatures dense{{2, 4}, 1, std::vector<float>(8)}, sparse{{2, 4}, 1, {1}, {{0.25F, 0.75F, 3}}};
  CHECK(dense.places()[6] == vpr::Keypoint{0.625F, 0.75F, 1});
  CHECK(sparse.places()[0] == vpr::Keypoint{0.25F, 0.75F, 3});
  CHECK_THROWS_WITH(sparse.places()[1], ContainsSubstring("got place 1 on a grid of 2x4 with 1 keypoints"));
  CHECK_THROWS_AS(dense.places()[8], vpr::ShapeError);
}
