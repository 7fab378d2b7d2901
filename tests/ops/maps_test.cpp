// SPDX-License-Identifier: MIT
#include <vpr/ops/layout.hpp>
#include <vpr/ops/maps.hpp>

#include "tests/ops/ops_test.hpp"

#include <cmath>
#include <limits>

using namespace vpr;

TEST_CASE("windows shows the cells around each position, with zeros outside") {
  const X map = tensor({1, 4, 1}, {1, 2, 3, 4});
  const X seen = windows(map, {2, 2}, {3, 1, 1});
  REQUIRE(seen.shape() == Shape{1, 4, 9});
  CHECK(slice(seen, 1, 0, 1).values() == Values{0, 0, 0, 0, 1, 2, 0, 3, 4});
  CHECK(slice(seen, 1, 3, 4).values() == Values{1, 2, 0, 3, 4, 0, 0, 0, 0});
}

TEST_CASE("windows keeps the channels apart") {
  const X map = tensor({1, 4, 2}, {1, 10, 2, 20, 3, 30, 4, 40});
  CHECK(windows(map, {2, 2}, {2, 1, 0}).values() == Values{1, 2, 3, 4, 10, 20, 30, 40});
}

TEST_CASE("windows may leave cells out, and a map smaller than the window has no position") {
  CHECK(windows(tensor({1, 3, 1}, {1, 2, 3}), {1, 3}, {1, 2, 0}).values() == Values{1, 3});
  CHECK(windows(tensor({1, 3, 1}, {1, 2, 3}), {1, 3}, {2, 1, 0}).shape() == Shape{1, 0, 4});
}

TEST_CASE("fold adds up what the windows hold for a cell") {
  const Window window{3, 1, 1};
  const X ones = X::full({1, 4, 1}, 1);
  CHECK(fold(windows(ones, {2, 2}, window), {2, 2}, window).values() == Values{4, 4, 4, 4});  // each cell is in all four windows
  CHECK(fold(tensor({1, 2, 4}, {1, 2, 3, 4, 5, 6, 7, 8}), {2, 4}, {2, 2, 0}).values() == Values{1, 2, 5, 6, 3, 4, 7, 8});
}

TEST_CASE("max_pool takes the largest number that it sees, of the map alone") {
  const X map = tensor({1, 6, 2}, {-1, 9, -2, 8, -3, 7, -4, 6, -5, 5, -6, 4});
  CHECK(max_pool(map, {2, 3}, {2, 1, 0}).values() == Values{-1, 9, -2, 8});
  CHECK(max_pool(map, {2, 3}, {3, 2, 1}).values() == Values{-1, 9, -2, 8});  // zeros around the map would be larger
  CHECK(max_pool(map, {2, 3}, {2, 2, 0}).values() == Values{-1, 9});         // the last column is left out
  CHECK(max_pool(map, {2, 3}, {3, 1, 0}).shape() == Shape{1, 0, 2});
}

TEST_CASE("max_pool lets a NaN through and knows infinities") {
  const float nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();
  CHECK(std::isnan(max_pool(tensor({1, 3, 1}, {nan, 1, 2}), {1, 3}, {3, 3, 1}).values()[0]));
  CHECK(std::isnan(max_pool(tensor({1, 3, 1}, {3, nan, 2}), {1, 3}, {3, 3, 1}).values()[0]));
  CHECK(max_pool(tensor({1, 2, 1}, {-infinity, -infinity}), {1, 2}, {2, 2, 1}).values() == Values{-infinity, -infinity});
}

TEST_CASE("A window's map is what it has these positions on") {
  const Window up{3, 2, 1};
  CHECK(up.map({16, 16}) == Grid{31, 31});
  CHECK(up.map({31, 31}) == Grid{61, 61});
  CHECK(up.map({3, 2}, 1) == Grid{6, 4});
  CHECK(up.positions(up.map({5, 7})) == Grid{5, 7});
}

TEST_CASE("Windows refuse what does not fit") {
  CHECK_THROWS_WITH(max_pool(shaped({1, 5, 1}), {2, 2}, {}), "max_pool: got x [1, 5, 1] for a map of 2x2");
  CHECK_THROWS_WITH(max_pool(shaped({1, 4, 1}), {2, 2}, {3, 1, 2}), ContainsSubstring("some positions would see nothing"));
  CHECK_THROWS_WITH(windows(shaped({1, 5, 1}), {2, 2}, {}), "windows: got x [1, 5, 1] for a map of 2x2");
  CHECK_THROWS_AS(windows(shaped({4, 1}), {2, 2}, {}), ShapeError);
  CHECK_THROWS_AS(fold(shaped({1, 4, 8}), {2, 2}, {3, 1, 1}), ShapeError);
  CHECK_THROWS_AS(windows(shaped({1, 4, 1}), {2, 2}, {0, 1, 0}), ConfigError);
  CHECK_THROWS_AS(windows(shaped({1, 4, 1}), {2, 2}, {1, 0, 0}), ConfigError);
  CHECK_THROWS_WITH(windows(shaped({1, 4, 1}), {2, 2}, {std::int64_t{1} << 32, 1, 0}),
                    ContainsSubstring("kernel of 4294967296") && ContainsSubstring("at most 32768"));
}
