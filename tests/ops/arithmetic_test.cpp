// SPDX-License-Identifier: MIT
#include <vpr/ops/arithmetic.hpp>

#include "tests/ops/ops_test.hpp"

using namespace vpr;

TEST_CASE("add sums element by element and repeats a tail") {
  const X x = tensor({2, 3}, {1, 2, 3, 4, 5, 6});
  CHECK(add(x, x).values() == Values{2, 4, 6, 8, 10, 12});
  CHECK(add(x, tensor({3}, {10, 20, 30})).values() == Values{11, 22, 33, 14, 25, 36});
  CHECK(add(x, tensor({1, 3}, {10, 20, 30})).values() == Values{11, 22, 33, 14, 25, 36});
  CHECK(add(x, tensor({1, 1, 1}, {10})).values() == Values{11, 12, 13, 14, 15, 16});
  CHECK(add(tensor({2, 2, 1}, {1, 2, 3, 4}), tensor({2, 1}, {10, 20})).values() == Values{11, 22, 13, 24});
  CHECK(add(shaped({0, 3}), shaped({3})).shape() == Shape{0, 3});
}

TEST_CASE("add_scaled scales what is added") {
  CHECK(add_scaled(tensor({2}, {1, 2}), tensor({2}, {3, -4}), 0.5).values() == Values{2.5, 0});
}

TEST_CASE("add_gated scales each channel of what is added") {
  const X x = tensor({2, 2}, {1, 2, 3, 4}), y = tensor({2, 2}, {1, 1, 2, 2}), gamma = tensor({2}, {10, -1});
  CHECK(add_gated(x, y, gamma).values() == Values{11, 1, 23, 2});
  CHECK(add_gated(shaped({2, 0}), shaped({2, 0}), shaped({0})).empty());
}

TEST_CASE("Quotients are taken element by element") {
  CHECK(divide(tensor({2, 2}, {1, -3, 0, 5}), tensor({2, 2}, {2, 4, 7, -5})).values() == Values{0.5F, -0.75F, 0, -1});
  CHECK(divide(shaped({0}), shaped({0})).empty());
  CHECK_THROWS_WITH(divide(shaped({2, 3}), shaped({3})), "divide: got x [2, 3] and y [3]");
}

TEST_CASE("Sums refuse shapes that do not fit") {
  CHECK_THROWS_AS(add(shaped({2, 3}), shaped({2})), ShapeError);
  CHECK_THROWS_WITH(add(shaped({2, 3}), shaped({2})), "add: got x [2, 3] and y [2], want y to be x's shape or its tail");
  CHECK_THROWS_AS(add(shaped({3}), shaped({2, 3})), ShapeError);
  CHECK_THROWS_AS(add(shaped({2, 3}), shaped({2, 1})), ShapeError);
  CHECK_THROWS_AS(add(shaped({2, 3}), shaped({0})), ShapeError);
  CHECK_THROWS_WITH(add_gated(shaped({2, 3}), shaped({3}), shaped({3})), "add_gated: got x [2, 3], y [3] and gamma [3]");
  CHECK_THROWS_AS(add_gated(shaped({2, 3}), shaped({2, 3}), shaped({2})), ShapeError);
}
