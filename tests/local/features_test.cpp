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
