// SPDX-License-Identifier: MIT
#include <vpr/ops/linear.hpp>

#include <vpr/ops/activation.hpp>
#include <vpr/ops/arithmetic.hpp>

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
    const auto with = [&](Activation activation) { return linear(x, weight, {.bias = &bias, .activation = activation}).values(); };
    CHECK(largest_difference(with(Activation::gelu), gelu(linear(x, weight, bias)).values()) < 1e-6F);
    CHECK(largest_difference(with(Activation::quick_gelu), quick_gelu(linear(x, weight, bias)).values()) < 1e-6F);
    CHECK(with(Activation::relu) == relu(linear(x, weight, bias)).values());
    CHECK(with(Activation::relu6) == relu6(linear(x, weight, bias)).values());
  }
}

TEST_CASE("A gate, a scale and a residual follow the activation") {
  for (const std::int64_t outputs : {1, 17, 200}) {
    const X x = tensor({2, 3, 5}, random_floats(30, 1)), weight = tensor({outputs, 5}, random_floats(outputs * 5, 2)),
            bias = tensor({outputs}, random_floats(outputs, 3)), gate = tensor({outputs}, random_floats(outputs, 4)),
            residual = tensor({2, 3, outputs}, random_floats(6 * outputs, 5)), activated = relu(linear(x, weight, bias));
    const auto near = [](const X& y, const X& expected) { return largest_difference(y.values(), expected.values()) < 1e-6F; };
    CHECK(near(linear(x, weight, {.bias = &bias, .activation = Activation::relu, .gate = &gate}), multiply(activated, gate)));
    CHECK(near(linear(x, weight, {.bias = &bias, .activation = Activation::relu, .scale = 0.2F, .residual = residual}),
               add_scaled(residual, activated, 0.2F)));
    CHECK(near(linear(x, weight, {.bias = &bias, .activation = Activation::relu, .gate = &gate, .residual = residual}),
               add_gated(residual, activated, gate)));
  }
}

TEST_CASE("A residual that is moved in is where the result goes, one that is not keeps its values") {
  const X x = tensor({2, 3}, {1, 2, 3, 4, 5, 6}), weight = tensor({2, 3}, {1, 0, 1, 0, 2, 0});
  X residual = tensor({2, 2}, {100, 200, 300, 400});
  CHECK(linear(x, weight, {.residual = residual}).values() == Values{104, 204, 310, 410});
  CHECK(residual.values() == Values{100, 200, 300, 400});
  const float* const memory = residual.data();
  CHECK(linear(x, weight, {.residual = std::move(residual)}).data() == memory);
}

TEST_CASE("linear refuses extents that do not fit") {
  CHECK_THROWS_AS(linear(shaped({2, 3}), shaped({2, 4}), X()), ShapeError);
  CHECK_THROWS_WITH(linear(shaped({2, 3}), shaped({2, 4}), X()), "linear: got x [2, 3] and weight [2, 4], want a weight [outputs, 3]");
  CHECK_THROWS_WITH(linear(shaped({2, 3}), shaped({2, 3}), shaped({3})), "linear: got bias [3], want [2]");
  const X gate = shaped({3});
  CHECK_THROWS_WITH(linear(shaped({2, 3}), shaped({2, 3}), {.gate = &gate}), "linear: got gate [3], want [2]");
  CHECK_THROWS_WITH(linear(shaped({2, 3}), shaped({2, 3}), {.residual = shaped({2, 3})}), "linear: got residual [2, 3], want [2, 2]");
  CHECK_THROWS_AS(linear(shaped({}), shaped({1, 1}), X()), ShapeError);
  CHECK_THROWS_AS(linear(shaped({2, 3}), shaped({3}), X()), ShapeError);
}
