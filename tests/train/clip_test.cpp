// SPDX-License-Identifier: MIT
#include <vpr/train/clip.hpp>

#include "tests/support/catch.hpp"
#include "tests/train/bag.hpp"

#include <limits>

using namespace vpr;
using namespace vpr::test;

TEST_CASE("Gradients longer than allowed are shortened together") {
  Bag bag{{"a", {0, 0}}, {"b", {0}}, {"none", {0}}};
  bag.set_gradient("a", {3, 0});
  bag.set_gradient("b", {-4});
  CHECK(clip_gradients(bag.parameters, 2.5) == Approx(5));
  CHECK(bag["a"].gradient().values()[0] == Approx(1.5));
  CHECK(bag["a"].gradient().values()[1] == 0);
  CHECK(bag["b"].gradient().values()[0] == Approx(-2));
  CHECK(bag["none"].gradient().empty());
}

TEST_CASE("Shorter gradients keep every bit") {
  Bag bag{{"a", {0, 0}}};
  bag.set_gradient("a", {0.1F, 0.7F});
  clip_gradients(bag.parameters, 1);
  CHECK(bag["a"].gradient().values() == Floats{0.1F, 0.7F});
  bag.set_gradient("a", {0, 0});
  CHECK(clip_gradients(bag.parameters, 1) == 0);
  CHECK(clip_gradients(std::vector<NamedParameter<F32>>{}, 1) == 0);
}

TEST_CASE("An infinite length measures only, and one that is no number is refused") {
  Bag bag{{"a", {0, 0}}};
  bag.set_gradient("a", {3, 4});
  CHECK(clip_gradients(bag.parameters, std::numeric_limits<double>::infinity()) == Approx(5));
  CHECK(bag["a"].gradient().values() == Floats{3, 4});
  CHECK_THROWS_AS(clip_gradients(bag.parameters, std::numeric_limits<double>::quiet_NaN()), ConfigError);
}

TEST_CASE("A gradient that is not finite is named and nothing is changed") {
  Bag bag{{"good", {0}}, {"bad", {0}}};
  bag.set_gradient("good", {30});
  bag.set_gradient("bad", {std::numeric_limits<float>::quiet_NaN()});
  CHECK_THROWS_WITH(clip_gradients(bag.parameters, 1), ContainsSubstring("clip_gradients: the gradient of bad is not finite"));
  CHECK(bag["good"].gradient().values() == Floats{30});
  CHECK_THROWS_AS(clip_gradients(bag.parameters, 0), ConfigError);
}
