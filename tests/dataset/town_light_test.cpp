// SPDX-License-Identifier: MIT
#include <vpr/dataset/town/light.hpp>

#include "tests/support/catch.hpp"

using namespace vpr::town;

TEST_CASE("The sun stands where azimuth and elevation say") {
  CHECK(sun_at(90, 0).x == Approx(1));
  CHECK(sun_at(180, 45).y == Approx(-std::sqrt(0.5)));
  CHECK(sun_at(180, 45).z == Approx(std::sqrt(0.5)));
}

TEST_CASE("A house throws its shadow away from the sun, as far as it is high") {
  Plan plan;
  plan.streets = 2;
  Building house;
  house.corner = {20, 20, 0};
  house.along = {1, 0, 0};
  house.outward = {0, -1, 0};
  house.width = 20;
  house.depth = 10;
  house.ground_height = 9.2;  // with its flat roof's edge 10 m
  plan.buildings.push_back(house);
  const Shadows shadows(plan, sun_at(180, 45));  // from the south: shadows of 10 m to the north
  CHECK(shadows.lit({30, 15, 0.1}) == 1);        // in front
  CHECK(shadows.lit({30, 33, 0.1}) == 0);        // behind
  CHECK(shadows.lit({30, 33, 9.5}) == 1);        // above the shadow
  CHECK(shadows.lit({30, 43, 0.1}) == 1);        // beyond it
  CHECK(shadows.lit({15, 33, 0.1}) == 1);        // beside it
  CHECK(shadows.lit({1e6, -1e6, 0}) == 1);       // out of town
}

TEST_CASE("The sky is finite in every direction and every light") {
  for (const Light& light : {midday(), morning(), overcast(), fog(), night()}) {
    for (int i = 0; i < 200; ++i) {
      const Colour colour = sky_colour(light, {std::cos(i * 0.7), std::sin(i * 0.7), (i - 100) * 0.05});
      CHECK((colour.x >= 0 && colour.y >= 0 && colour.z >= 0 && colour.x + colour.y + colour.z < 10));
    }
  }
}
