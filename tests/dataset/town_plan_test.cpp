// SPDX-License-Identifier: MIT
#include <vpr/dataset/town/plan.hpp>

#include "tests/support/catch.hpp"

using namespace vpr::town;

TEST_CASE("A town has as many spots as asked, far enough apart") {
  for (const int places : {1, 4, 5, 60, 61}) {
    const Plan plan = plan_town(3, places);
    REQUIRE(plan.spots.size() == static_cast<std::size_t>(places));
    for (std::size_t i = 0; i < plan.spots.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        const Vector between = plan.spots[i].eye - plan.spots[j].eye;
        CHECK(dot(between, between) > 40 * 40);
      }
    }
  }
  CHECK(plan_town(3, 60).streets == 6);
}

TEST_CASE("Houses keep off the streets and stand in rows without overlap") {
  const Plan plan = plan_town(5, 24);
  REQUIRE(plan.buildings.size() > 100);
  const auto to_street = [](double at) { return std::abs(at - block * std::floor(at / block + 0.5)); };
  for (const Building& b : plan.buildings) {
    CHECK(dot(cross(up, b.outward) - b.along, cross(up, b.outward) - b.along) == 0);  // `along` runs to the right as seen from the street
    CHECK(b.width >= 7);
    CHECK(b.floors >= 1);
    for (const double at : {0.0, b.width}) {
      const Vector corner = b.corner + b.along * at;
      CHECK(std::min(to_street(corner.x), to_street(corner.y)) >= street_half - 1e-9);
    }
    for (const Building& other : plan.buildings) {
      if (&other == &b || dot(other.outward, b.outward) < 0.5) continue;
      const double ahead = dot(other.corner - b.corner, b.along), aside = std::abs(dot(other.corner - b.corner, b.outward));
      CHECK((aside > 5 || ahead <= -other.width + 1e-9 || ahead >= b.width - 1e-9));
    }
  }
}

TEST_CASE("Another seed is another town") {
  const Plan one = plan_town(1, 4), same = plan_town(1, 4), other = plan_town(2, 4);
  CHECK(one.buildings[0].seed == same.buildings[0].seed);
  CHECK(one.buildings[0].seed != other.buildings[0].seed);
}
