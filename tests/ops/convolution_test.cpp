// SPDX-License-Identifier: MIT
#include <vpr/ops/convolution.hpp>

#include "tests/ops/ops_test.hpp"

using namespace vpr;

TEST_CASE("convolution sums what the window sees, weighted, with zeros outside the map") {
  const X map = tensor({1, 4, 1}, {1, 2, 3, 4}), weight = tensor({1, 1, 3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
  CHECK(convolution(map, {2, 2}, {3, 1, 1}, weight).values() == Values{77, 67, 47, 37});
  CHECK(convolution(map, {2, 2}, {3, 2, 1}, weight).values() == Values{77});
}

TEST_CASE("convolution takes its groups from the channels that the weight sees") {
  const X map = tensor({1, 1, 4}, {1, 2, 3, 4});
  CHECK(convolution(map, {1, 1}, {}, tensor({2, 4, 1, 1}, {1, 1, 1, 1, 1, 0, 0, 0})).values() == Values{10, 1});
  CHECK(convolution(map, {1, 1}, {}, tensor({2, 2, 1, 1}, {1, 1, 1, 10})).values() == Values{3, 43});
  CHECK(convolution(map, {1, 1}, {}, tensor({4, 1, 1, 1}, {1, 10, 100, 1000})).values() == Values{1, 20, 300, 4000});
}

TEST_CASE("convolution's epilogue follows as after a product") {
  const X map = tensor({1, 2, 1}, {1, -2}), weight = tensor({1, 1, 1, 1}, {3}), bias = tensor({1}, {1}), gate = tensor({1}, {10});
  CHECK(convolution(map, {1, 2}, {}, weight,
                    {.bias = &bias, .activation = Activation::relu, .gate = &gate, .scale = 2, .residual = tensor({1, 2, 1}, {5, 6})})
            .values() == Values{85, 6});
  CHECK(convolution(map, {1, 2}, {}, weight, {.residual = tensor({1, 2, 1}, {-5, 6.5}), .relu_of_sum = true}).values() == Values{0, 0.5});
}

TEST_CASE("convolution of no image, or of a map smaller than the window, is empty") {
  CHECK(convolution(shaped({0, 4, 1}), {2, 2}, {3, 1, 1}, shaped({2, 1, 3, 3})).shape() == Shape{0, 4, 2});
  CHECK(convolution(shaped({1, 4, 1}), {2, 2}, {3, 1, 0}, shaped({2, 1, 3, 3})).shape() == Shape{1, 0, 2});
}

TEST_CASE("convolution refuses what does not fit") {
  CHECK_THROWS_WITH(convolution(shaped({1, 5, 1}), {2, 2}, {}, shaped({1, 1, 1, 1})), "convolution: got x [1, 5, 1] for a map of 2x2");
  CHECK_THROWS_WITH(convolution(shaped({1, 4, 3}), {2, 2}, {}, shaped({4, 2, 1, 1})), ContainsSubstring("groups that make up the 3"));
  CHECK_THROWS_AS(convolution(shaped({1, 4, 4}), {2, 2}, {}, shaped({3, 2, 1, 1})), ShapeError);  // three outputs of two groups
  CHECK_THROWS_AS(convolution(shaped({1, 4, 1}), {2, 2}, {3, 1, 1}, shaped({1, 1, 1, 1})), ShapeError);
  CHECK_THROWS_AS(convolution(shaped({1, 4, 1}), {2, 2}, {1, 0, 0}, shaped({1, 1, 1, 1})), ConfigError);
  const X bias = shaped({3});
  CHECK_THROWS_WITH(convolution(shaped({1, 4, 1}), {2, 2}, {}, shaped({2, 1, 1, 1}), {.bias = &bias}),
                    "convolution: got bias [3], want [2]");
}
