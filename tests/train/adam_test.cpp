// SPDX-License-Identifier: MIT
#include <vpr/train/adam.hpp>

#include "tests/support/catch.hpp"
#include "tests/train/bag.hpp"

#include <cmath>

using namespace vpr;
using namespace vpr::test;

static_assert(Optimizer<Adam<F32>> && Optimizer<AdamW<F32>>);

template <class O>
static Floats after(const typename O::Settings& settings, const std::vector<Floats>& gradients, const Floats& start) {
  Bag bag{{"p", start}};
  O optimizer(bag, settings);
  for (const Floats& gradient : gradients) {
    bag.set_gradient("p", gradient);
    optimizer.step();
  }
  return bag.values("p");
}

TEST_CASE("Adam's first step is the rate, whatever the gradient's size") {
  const Floats moved = after<Adam<F32>>({.rate = 0.25, .eps = 0}, {{1e-6F, -1e3F, 7}}, {1, 1, 1});
  CHECK(moved[0] == Approx(0.75));
  CHECK(moved[1] == Approx(1.25));
  CHECK(moved[2] == Approx(0.75));
}

TEST_CASE("Adam's second step weighs mean and squares, both corrected for their start") {
  // mean (0.5 · 1 + 0.5 · 3) / 0.75 with halves of 2; squares (0.75 · 1 + 0.25 · 9 of 4) / (1 - 0.75²)
  const double mean = (0.5 * 0.5 * 2 + 0.5 * 4) / 0.75, square = (0.75 * 0.25 * 4 + 0.25 * 16) / (1 - 0.75 * 0.75);
  const double expected = 1 - 0.1 * 2 / (2 + 0.5) - 0.1 * mean / (std::sqrt(square) + 0.5);
  CHECK(after<Adam<F32>>({.rate = 0.1, .beta1 = 0.5, .beta2 = 0.75, .eps = 0.5}, {{2}, {4}}, {1})[0] == Approx(expected));
}

TEST_CASE("AMSGrad divides by the largest mean of squares so far") {
  const double mean = (0.5 * 0.5 * 4 + 0) / 0.75, square = 0.25 * 16 / (1 - 0.75 * 0.75);
  const double expected = 1 - 0.1 - 0.1 * mean / std::sqrt(square);
  const AdamSettings settings{.rate = 0.1, .beta1 = 0.5, .beta2 = 0.75, .eps = 0, .amsgrad = true};
  CHECK(after<Adam<F32>>(settings, {{4}, {0}}, {1})[0] == Approx(expected));
}

TEST_CASE("Adam's weights decay through the gradient, AdamW's beside it") {
  // A decay of 1 makes Adam's gradient 2 + 1; its first step is the rate all the same. AdamW's weights shrink by rate times decay.
  CHECK(after<Adam<F32>>({.rate = 0.25, .eps = 0, .weight_decay = 1}, {{0}}, {1})[0] == Approx(0.75));
  CHECK(after<AdamW<F32>>({.rate = 0.25, .eps = 1, .weight_decay = 1}, {{0}}, {1})[0] == Approx(0.75));
  CHECK(after<AdamW<F32>>({.rate = 0.25, .eps = 0, .weight_decay = 1}, {{2}}, {1})[0] == Approx(0.5));
}

TEST_CASE("An element that never had a gradient stays") { CHECK(after<Adam<F32>>({}, {{0, 1}, {0, 1}}, {5, 5})[0] == 5); }

TEST_CASE("Settings that Adam cannot mean are refused") {
  Bag bag{{"p", {1}}};
  CHECK_THROWS_WITH(Adam<F32>(bag, {.beta1 = 1}), ContainsSubstring("Adam: got betas 1 and 0.999, want both in [0, 1)"));
  CHECK_THROWS_AS(AdamW<F32>(bag, {.beta2 = -0.1}), ConfigError);
  CHECK_THROWS_WITH(AdamW<F32>(bag, {.rate = -1}), ContainsSubstring("Adam: got rate -1"));
}

TEST_CASE("Adam refuses settings that are no numbers") {
  Bag bag{{"p", {1}}};
  for (const double bad : {NAN + 0.0, INFINITY + 0.0, 1e300}) {
    CHECK_THROWS_AS(Adam<F32>(bag, {.rate = bad}), ConfigError);
    CHECK_THROWS_AS(Adam<F32>(bag, {.beta1 = bad}), ConfigError);
    CHECK_THROWS_AS(Adam<F32>(bag, {.eps = bad}), ConfigError);
    CHECK_THROWS_AS(AdamW<F32>(bag, {.weight_decay = bad}), ConfigError);
  }
}
