// SPDX-License-Identifier: MIT
#include <vpr/loss/sfrs.hpp>

#include "tests/loss/loss_check.hpp"

#include <cmath>
#include <vector>

using namespace vpr;
using namespace vpr::test;

TEST_CASE("SARE is the cross entropy of a positive against each negative by itself") {
  const SareLoss loss(0.5);
  // a·p = 0.6 and a·n = 0.8; a·p = 1 and a·n = -1
  const auto a = floats({2, 2}, {1, 0, 0, 1}), p = floats({2, 2}, {0.6F, 0.8F, 0, 1}), n = floats({2, 2}, {0.8F, 0.6F, 0, -1});
  const double first = std::log(1 + std::exp(0.2 / 0.5)), second = std::log(1 + std::exp(-2 / 0.5));
  CHECK(value_of(loss(a, p, n)) == Approx((first + second) / 2));
  CHECK(value_of(loss(floats({0, 2}, {}), floats({0, 2}, {}), floats({0, 2}, {}))) == 0);
  CHECK_THROWS_WITH(loss(a, p, floats({1, 2}, {1, 0})), ContainsSubstring("want three of [triplets, channels]"));
  CHECK_THROWS_WITH(SareLoss(0), ContainsSubstring("SareLoss: got temperature 0"));
}

TEST_CASE("SARE's gradients agree with central differences") {
  check_gradients([](const Vars& in) { return SareLoss(0.7)(in[0], in[1], in[2]); },
                  {random_tensor({3, 4}, 1), random_tensor({3, 4}, 2), random_tensor({3, 4}, 3)});
}

TEST_CASE("A negative counts by the region that is most like the query") {
  const SfrsLoss loss({.temperature = 0.5});
  const auto query = floats({1, 2}, {1, 0}), positive = floats({1, 2}, {0.6F, 0.8F});
  const auto negatives = floats({1, 3, 2}, {0, 1, 0.8F, 0.6F, -1, 0});  // the second region
  CHECK(value_of(loss.hard(query, positive, negatives)) == Approx(std::log(1 + std::exp(0.2 / 0.5))));
}

TEST_CASE("Soft labels are how the generation before spread its similarities over the regions of harder positives") {
  const SfrsLoss loss({.temperature = 0.5, .teacher_temperature = 0.25});
  const auto query = floats({1, 2}, {1, 0}), harder = floats({2, 1, 2}, {0.6F, 0.8F, 0, 1});  // similarities 0.6 and 0
  const std::vector<float> taught{0.25F, 0.5F};
  const double share = 1 / (1 + std::exp(1.0));  // of the first, e^1 / (e^1 + e^2)
  const double first = 1.2 - std::log(std::exp(1.2) + 1), second = -std::log(std::exp(1.2) + 1);
  CHECK(value_of(loss.soft(query, harder, taught)) == Approx(-share * first - (1 - share) * second));
}

TEST_CASE("The gradients of both parts agree with central differences") {
  const std::vector<float> taught{0.3F, -0.2F, 0.5F, 0.1F};
  check_gradients([&](const Vars& in) { return SfrsLoss({.temperature = 0.7})(in[0], in[1], in[2], in[3], taught); },
                  {random_tensor({2, 3}, 1), random_tensor({2, 3}, 2), random_tensor({3, 2, 3}, 3), random_tensor({2, 2, 3}, 4)});
}

TEST_CASE("A loss of SFRS that follows from nothing is refused") {
  const SfrsLoss loss;
  CHECK_THROWS_WITH(SfrsLoss({.soft_weight = -1}), ContainsSubstring("SfrsLoss: got soft weight -1"));
  CHECK_THROWS_WITH(loss.soft(floats({1, 2}, {1, 0}), floats({1, 2, 2}, {1, 0, 0, 1}), std::vector<float>{1}),
                    ContainsSubstring("and one a region"));
  CHECK_THROWS_WITH(loss.hard(floats({1, 3}, {1, 0, 0}), floats({1, 2}, {1, 0}), floats({1, 1, 2}, {1, 0})),
                    ContainsSubstring("want [1, D], [1, D] and [N, regions, D]"));
}
