// SPDX-License-Identifier: MIT
#include <vpr/ops/linear.hpp>

#include <vpr/ops/activation.hpp>

#include "tests/ops/ops_test.hpp"

using namespace vpr;

TEST_CASE("linear multiplies each row by the weight's rows and adds the bias") {
  const X weight = tensor({2, 3}, {1, 0, 1, 0, 2, 0}), bias = tensor({2}, {10, 20});
  const X y = linear(tensor({2, 3}, {1, 2, 3, 4, 5, 6}), weight, bias);
  CHECK(y.shape() == Shape{2, 2});
  CHECK(y.values() == Values{14, 24, 20, 30});
  CHECK(linear(tensor({3}, {1, 2, 3}), weight, X()).values() == Values{4, 4});
  CHECK(linear(tensor({1, 2, 3}, {1, 2, 3, 4, 5, 6}), weight, bias).shape() == Shape{1, 2, 2});
}

TEST_CASE("A weight of more axes counts as a matrix of its first") {
  const X x = tensor({1, 4}, {1, 2, 3, 4});
  CHECK(linear(x, tensor({2, 1, 2, 2}, {1, 1, 1, 1, 0, 0, 0, 2}), X()).values() == Values{10, 8});
}

TEST_CASE("Without rows there is no result, without inputs only the bias") {
  CHECK(linear(shaped({0, 3}), shaped({2, 3}), shaped({2})).shape() == Shape{0, 2});
  CHECK(linear(shaped({2, 3}), shaped({0, 3}), X()).shape() == Shape{2, 0});
  CHECK(linear(shaped({2, 1, 0}), shaped({2, 0}), tensor({2}, {1, 2})).values() == Values{1, 2, 1, 2});
}

TEST_CASE("A fused activation is the activation of the result") {
  for (const std::int64_t outputs : {1, 17, 200}) {
    const X x = tensor({2, 3, 5}, random_floats(30, 1)), weight = tensor({outputs, 5}, random_floats(outputs * 5, 2)),
            bias = tensor({outputs}, random_floats(outputs, 3));
    CHECK(largest_difference(linear_gelu(x, weight, bias).values(), gelu(linear(x, weight, bias)).values()) < 1e-6F);
    CHECK(linear_relu(x, weight, bias).values() == relu(linear(x, weight, bias)).values());
  }
}

TEST_CASE("linear refuses extents that do not fit") {
  CHECK_THROWS_AS(linear(shaped({2, 3}), shaped({2, 4}), X()), ShapeError);
  CHECK_THROWS_WITH(linear(shaped({2, 3}), shaped({2, 4}), X()), "linear: got x [2, 3] and weight [2, 4], want a weight [outputs, 3]");
  CHECK_THROWS_WITH(linear(shaped({2, 3}), shaped({2, 3}), shaped({3})), "linear: got bias [3], want [2]");
  CHECK_THROWS_AS(linear(shaped({}), shaped({1, 1}), X()), ShapeError);
  CHECK_THROWS_AS(linear(shaped({2, 3}), shaped({3}), X()), ShapeError);
}
