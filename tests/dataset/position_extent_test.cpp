// SPDX-License-Identifier: MIT
#include <vpr/dataset/position_extent.hpp>

#include "tests/support/catch.hpp"

#include <vector>

using vpr::Photo;
using vpr::Position;

TEST_CASE("The extent of positions is that of all lists together") {
  const std::vector<Photo> database{{"a", "a", Position{10, -5}, {}}, {"b", "b", {}, {}}, {"c", "c", Position{12.5, 1}, {}}},
      queries{{"d", "d", Position{9, 0}, {}}};
  const auto extent = vpr::extent_of({database, queries});
  REQUIRE(extent.has_value());
  CHECK(extent->east == 3.5);
  CHECK(extent->north == 6);
  const auto one = vpr::extent_of({queries});
  REQUIRE(one.has_value());
  CHECK(one->east == 0);
  CHECK(one->north == 0);
}

TEST_CASE("Without positions, or in several UTM zones, there is no extent") {
  const std::vector<Photo> none{{"a", "a", {}, {}}}, zone_10{{"b", "b", Position{500000, 4180000, {10, false}}, {}}},
      zone_11{{"c", "c", Position{500000, 4180000, {11, false}}, {}}}, no_zone{{"d", "d", Position{500007, 4180000}, {}}};
  CHECK_FALSE(vpr::extent_of({}).has_value());
  CHECK_FALSE(vpr::extent_of({none}).has_value());
  CHECK_FALSE(vpr::extent_of({zone_10, zone_11}).has_value());
  CHECK_FALSE(vpr::extent_of({no_zone, zone_10, zone_11}).has_value());
  CHECK(vpr::extent_of({no_zone, zone_10})->east == 7);
}
