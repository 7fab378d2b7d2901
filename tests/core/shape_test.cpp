// SPDX-License-Identifier: MIT
#include <vpr/core/shape.hpp>

#include "tests/support/catch.hpp"

using vpr::Shape;
using vpr::ShapeError;

TEST_CASE("Shape counts elements and rows") {
  CHECK(Shape{}.elements() == 1);
  CHECK(Shape{}.rows() == 1);
  CHECK(Shape{5}.rows() == 1);
  CHECK(Shape{2, 3, 4}.elements() == 24);
  CHECK(Shape{2, 3, 4}.rows() == 6);
  CHECK(Shape{2, 0, 4}.elements() == 0);
  CHECK(Shape{2, 3}.with(1, 7) == Shape{2, 7});
}

TEST_CASE("Shape refuses what cannot be counted") {
  CHECK_THROWS_AS((Shape{1, -1}), ShapeError);
  CHECK_THROWS_AS((Shape{1, 1, 1, 1, 1, 1, 1, 1, 1}), ShapeError);
  const std::int64_t large = std::int64_t{1} << 32;
  CHECK_THROWS_WITH((Shape{large, large}), ContainsSubstring("[4294967296, 4294967296] overflows"));
  CHECK_THROWS_AS((Shape{large, large, 0}), ShapeError);
  CHECK((Shape{large, 0, 2}).elements() == 0);
}
