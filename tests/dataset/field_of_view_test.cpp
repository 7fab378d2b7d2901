// SPDX-License-Identifier: MIT
#include <vpr/dataset/field_of_view.hpp>

#include "tests/support/catch.hpp"

using namespace vpr;

TEST_CASE("Photos from one point share as much as their angles overlap") {
  const Position at{500, 4000};
  CHECK(view_overlap(at, 10, at, 10) == Approx(1));
  CHECK(view_overlap(at, 0, at, 45) == Approx(1.0 / 3).epsilon(1e-3));
  CHECK(view_overlap(at, 350, at, 35) == Approx(1.0 / 3).epsilon(1e-3));
  CHECK(view_overlap(at, 0, at, 90) == Approx(0).margin(1e-9));
  CHECK(view_overlap(at, 0, at, 180) == Approx(0).margin(1e-9));
}

TEST_CASE("What is shared falls with the distance, and is the same from either photo") {
  const Position here{0, 0}, ahead{0, 5}, beside{30, 0}, far{0, 101};
  const double near = view_overlap(here, 0, ahead, 0);
  CHECK(near > 0.5);
  CHECK(near < 1);
  CHECK(view_overlap(ahead, 0, here, 0) == Approx(near));
  CHECK(view_overlap(here, 0, beside, 0) < near);
  CHECK(view_overlap(here, 0, beside, 0) > 0);
  CHECK(view_overlap(here, 0, Position{0, -10}, 180) == Approx(0).margin(1e-9));  // back to back
  CHECK(view_overlap(here, 0, far, 180) == 0);
}

TEST_CASE("Two half discs back to back share nothing, face to face at their radius a lens") {
  const FieldOfView half{10, 180};
  CHECK(view_overlap(Position{0, 0}, 0, Position{0, 0}, 180, half) == Approx(0).margin(1e-9));
  // Two discs of radius 10, ten apart, share a lens of 122.837; each half disc has 157.080, polygons of 30 parts a little less.
  const double lens = 200 * std::acos(0.5) - 5 * std::sqrt(300.0);
  CHECK(view_overlap(Position{0, 0}, 0, Position{0, 10}, 180, half) == Approx(lens / (314.159 - lens)).epsilon(5e-3));
}

TEST_CASE("Photos of two zones share nothing, and a field of view must have an area") {
  CHECK(view_overlap(Position{0, 0, {10, false}}, 0, Position{0, 0, {11, false}}, 0) == 0);
  CHECK_THROWS_WITH(view_overlap(Position{}, 0, Position{}, 0, {50, 200}), ContainsSubstring("an angle of 200 degrees"));
  CHECK_THROWS_AS(view_overlap(Position{}, 0, Position{}, 0, {0, 90}), ConfigError);
}
