// SPDX-License-Identifier: MIT
#include <vpr/train/sgd.hpp>

#include "tests/support/catch.hpp"
#include "tests/train/bag.hpp"

using namespace vpr;
using namespace vpr::test;

static_assert(Optimizer<Sgd<F32>>);

/// The value of one parameter that starts at 1 and gets these gradients.
static float after(const SgdSettings& settings, const Floats& gradients) {
  Bag bag{{"p", {1}}};
  Sgd<F32> optimizer(bag, settings);
  for (const float gradient : gradients) {
    bag.set_gradient("p", {gradient});
    optimizer.step();
  }
  return bag.values("p")[0];
}

TEST_CASE("SGD goes against the gradient") { CHECK(after({.rate = 0.5}, {2, -1}) == Approx(1 - 1 + 0.5)); }

TEST_CASE("Weight decay is added to the gradient") { CHECK(after({.rate = 0.5, .weight_decay = 0.1}, {2}) == Approx(1 - 0.5 * (2 + 0.1))); }

TEST_CASE("Momentum keeps a share of the velocity; dampening spares the first gradient") {
  // velocities 2, then 0.5 · 2 + 1
  CHECK(after({.rate = 0.1, .momentum = 0.5}, {2, 1}) == Approx(1 - 0.1 * 2 - 0.1 * 2));
  // velocities 2, then 0.5 · 2 + 0.8 · 1
  CHECK(after({.rate = 0.1, .momentum = 0.5, .dampening = 0.2}, {2, 1}) == Approx(1 - 0.1 * 2 - 0.1 * 1.8));
}

TEST_CASE("Nesterov's form looks ahead") {
  // changes 2 + 0.5 · 2, then 1 + 0.5 · (0.5 · 2 + 1)
  CHECK(after({.rate = 0.1, .momentum = 0.5, .nesterov = true}, {2, 1}) == Approx(1 - 0.1 * 3 - 0.1 * 2));
}

TEST_CASE("Settings that SGD cannot mean are refused") {
  Bag bag{{"p", {1}}};
  CHECK_THROWS_WITH(Sgd<F32>(bag, {.rate = -1}), ContainsSubstring("Sgd: got rate -1"));
  CHECK_THROWS_WITH(Sgd<F32>(bag, {.nesterov = true}), ContainsSubstring("Nesterov's form got momentum 0"));
  CHECK_THROWS_AS(Sgd<F32>(bag, {.momentum = 0.9, .dampening = 0.1, .nesterov = true}), ConfigError);
  for (const double bad : {std::nan(""), INFINITY + 0.0, 1e300}) {
    CHECK_THROWS_AS(Sgd<F32>(bag, {.rate = bad}), ConfigError);
    CHECK_THROWS_AS(Sgd<F32>(bag, {.momentum = bad}), ConfigError);
    CHECK_THROWS_AS(Sgd<F32>(bag, {.dampening = bad}), ConfigError);
    CHECK_THROWS_AS(Sgd<F32>(bag, {.weight_decay = bad}), ConfigError);
  }
}
