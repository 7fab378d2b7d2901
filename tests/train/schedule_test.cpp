// SPDX-License-Identifier: MIT
#include <vpr/train/schedule.hpp>

#include "tests/support/catch.hpp"

#include <cmath>

using namespace vpr;

static_assert(Schedule<ConstantRate> && Schedule<LinearDecay> && Schedule<StepDecay> && Schedule<MultiStepDecay> &&
              Schedule<ExponentialDecay> && Schedule<CosineDecay> && Schedule<WarmUp<CosineDecay>> &&
              Schedule<OverlaidWarmUp<MultiStepDecay>>);

TEST_CASE("A constant rate stays") {
  CHECK(ConstantRate()(0.5, 0) == 0.5);
  CHECK(ConstantRate()(0.5, 1000) == 0.5);
}

TEST_CASE("A linear decay is straight, then level") {
  const LinearDecay decay{1, 0.2, 4};
  CHECK(decay(10, 0) == Approx(10));
  CHECK(decay(10, 1) == Approx(8));
  CHECK(decay(10, 3) == Approx(4));
  CHECK(decay(10, 4) == Approx(2));
  CHECK(decay(10, 99) == Approx(2));
}

TEST_CASE("Steps fall at every multiple of their size, and at each milestone") {
  CHECK(StepDecay{3, 0.5}(8, 2) == Approx(8));
  CHECK(StepDecay{3, 0.5}(8, 3) == Approx(4));
  CHECK(StepDecay{3, 0.5}(8, 6) == Approx(2));
  const MultiStepDecay decay{{2, 5, 5}, 0.5};
  CHECK(decay(8, 1) == Approx(8));
  CHECK(decay(8, 2) == Approx(4));
  CHECK(decay(8, 5) == Approx(1));
  CHECK(MultiStepDecay{}(8, 100) == Approx(8));
}

TEST_CASE("An exponential decay falls each time") {
  CHECK(ExponentialDecay{0.5}(8, 0) == Approx(8));
  CHECK(ExponentialDecay{0.5}(8, 3) == Approx(1));
}

TEST_CASE("A cosine falls to its least rate and rises beyond") {
  const CosineDecay decay{4, 1};
  CHECK(decay(3, 0) == Approx(3));
  CHECK(decay(3, 2) == Approx(2));
  CHECK(decay(3, 4) == Approx(1));
  CHECK(decay(3, 8) == Approx(3));
}

TEST_CASE("A warm-up rises in a straight line, then the other begins") {
  const WarmUp<StepDecay> schedule{4, 0.2, {2, 0.5}};
  CHECK(schedule(10, 0) == Approx(2));
  CHECK(schedule(10, 2) == Approx(6));
  CHECK(schedule(10, 4) == Approx(10));
  CHECK(schedule(10, 5) == Approx(10));
  CHECK(schedule(10, 6) == Approx(5));
  CHECK(WarmUp<StepDecay>{0, 0.2, {2, 0.5}}(10, 0) == Approx(10));
}

TEST_CASE("What an overlaid schedule takes off during the warm-up is lost") {
  const OverlaidWarmUp<MultiStepDecay> schedule{4, {{2, 4, 6}, 0.5}};
  CHECK(schedule(8, 0) == Approx(2));
  CHECK(schedule(8, 3) == Approx(8));
  CHECK(schedule(8, 4) == Approx(4));
  CHECK(schedule(8, 6) == Approx(2));
  CHECK(OverlaidWarmUp<MultiStepDecay>{0, {{0}, 0.5}}(8, 0) == Approx(4));
}

TEST_CASE("Settings that no rate follows from are refused by name") {
  CHECK_THROWS_WITH((StepDecay{.size = 0}(1, 3)), ContainsSubstring("StepDecay: got size 0"));
  CHECK_THROWS_WITH((CosineDecay{.total = 0}(1, 0)), ContainsSubstring("CosineDecay: got total 0"));
  CHECK_THROWS_AS((LinearDecay{.total = 0}(1, 0)), ConfigError);
  CHECK_THROWS_AS((LinearDecay{.start = NAN}(1, 0)), ConfigError);
  CHECK_THROWS_AS((LinearDecay{.end = -0.1}(1, 0)), ConfigError);
  CHECK_THROWS_AS((StepDecay{.gamma = INFINITY}(1, 0)), ConfigError);
  CHECK_THROWS_AS((MultiStepDecay{.milestones = {3, -1}}(1, 0)), ConfigError);
  CHECK_THROWS_AS((MultiStepDecay{.milestones = {}, .gamma = NAN}(1, 0)), ConfigError);
  CHECK_THROWS_AS((ExponentialDecay{-1}(1, 0)), ConfigError);
  CHECK_THROWS_AS((CosineDecay{.total = 4, .least = NAN}(1, 0)), ConfigError);
  CHECK_THROWS_AS((WarmUp<>{.steps = -1}(1, 0)), ConfigError);
  CHECK_THROWS_AS((WarmUp<>{.steps = 3, .start = NAN}(1, 0)), ConfigError);
  CHECK_THROWS_AS((OverlaidWarmUp<>{.steps = -1}(1, 0)), ConfigError);
  CHECK_THROWS_WITH((OverlaidWarmUp<LinearDecay>{4, {1, 0, 2}}(1, 5)), ContainsSubstring("has come to 0"));
}

TEST_CASE("A warm-up refuses the settings of what follows it from the first step on") {
  CHECK_THROWS_WITH((WarmUp<CosineDecay>{.steps = 100, .then = {.total = 0}}(1, 0)), ContainsSubstring("CosineDecay: got total 0"));
  CHECK_THROWS_WITH((OverlaidWarmUp<ExponentialDecay>{100, {NAN}}(1, 0)), ContainsSubstring("ExponentialDecay: got gamma nan"));
  CHECK_THROWS_WITH((OverlaidWarmUp<LinearDecay>{4, {1, 0, 2}}(1, 0)), ContainsSubstring("has come to 0"));
}
