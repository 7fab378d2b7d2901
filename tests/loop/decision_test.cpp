// SPDX-License-Identifier: MIT
#include <vpr/loop/decision.hpp>

#include "tests/support/catch.hpp"

using namespace vpr;

namespace {

const auto neighbours = [](std::int64_t a, std::int64_t b) { return std::abs(a - b) <= 2; };

}  // namespace

TEST_CASE("The margin is that to the best match at a different place") {
  const Matches matches{{10, 0.9F}, {11, 0.8F}, {8, 0.75F}, {30, 0.5F}, {31, 0.4F}};
  CHECK(*margin_of(matches, neighbours) == Approx(0.4F));
  CHECK(*margin_of(Matches{{10, 0.9F}, {11, 0.8F}}, neighbours) == Approx(0.1F));  // another place would score at most 0.8
  CHECK(*margin_of(Matches{{10, 0.9F}}, neighbours) == 0);
  CHECK(*margin_of(Matches{{10, 0.1F}, {30, 0.5F}}, neighbours, BetterScore::lesser) == Approx(0.4F));
  CHECK(!margin_of(Matches{}, neighbours).has_value());
}

TEST_CASE("An answer is accepted, or rejected, which is an answer too") {
  const DecisionRule rule{.threshold = 0.5F, .margin = 0.1F};
  const DecidedAnswer good = decide(rule, {{3, 0.8F}, {20, 0.6F}}, neighbours);
  CHECK(good.decision == Decision::accept);
  CHECK(good.match == Match{3, 0.8F});
  CHECK(!good.probability.has_value());
  CHECK(decide(rule, {{3, 0.8F}, {20, 0.75F}}, neighbours).decision == Decision::reject);  // two places look alike
  CHECK(decide(rule, {{3, 0.5F}, {20, 0.1F}}, neighbours).decision == Decision::reject);   // no better than the threshold
  CHECK(decide(rule, {}, neighbours).decision == Decision::reject);
  CHECK(!decide(rule, {}, neighbours).match.has_value());
  CHECK(decide({.better = BetterScore::lesser, .threshold = 0.5F}, {{3, 0.4F}}, neighbours).decision == Decision::accept);
}

TEST_CASE("What few answers without a fault prove is little") {
  const auto bound = [](std::int64_t accepted, std::int64_t right) {
    return DecisionEvidence{.answers = accepted, .right = right, .accepted = accepted, .accepted_right = right}.error_bound();
  };
  CHECK(bound(10, 10) == Approx(1 - std::pow(0.05, 0.1)));
  CHECK(bound(300, 300) == Approx(3.0 / 300).epsilon(0.01));
  CHECK(bound(100, 98) == Approx(0.0617).epsilon(0.01));  // Clopper and Pearson, one-sided 95 %
  CHECK(bound(0, 0) == 1);
}
