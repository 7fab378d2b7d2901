// SPDX-License-Identifier: MIT
#include <vpr/loss/softmax.hpp>

#include "tests/loss/loss_check.hpp"

using namespace vpr;
using namespace vpr::test;

// Cosines 0-1 0.8, 0-2 0.6, 1-2 0, places 1, 1, 2.
static const std::vector<float> three{1, 0, 0.8F, 0.6F, 0.6F, -0.8F};

TEST_CASE("NT-Xent by hand") {
  const double first = std::log(1 + std::exp((0.6 - 0.8) / 0.5)), second = std::log(1 + std::exp((0 - 0.8) / 0.5));
  CHECK(value_of(NtXentLoss(0.5)(floats({3, 2}, three), Places{1, 1, 2})) == Approx((first + second) / 2));
}

TEST_CASE("SupCon by hand: an anchor without positives does not count") {
  const double first = std::log(std::exp(0.8 / 0.5) + std::exp(0.6 / 0.5)) - 0.8 / 0.5,
               second = std::log(std::exp(0.8 / 0.5) + 1) - 0.8 / 0.5;
  CHECK(value_of(SupConLoss(0.5)(floats({3, 2}, three), Places{1, 1, 2})) == Approx((first + second) / 2));
}

TEST_CASE("The losses by softmax hold what losses do") {
  check_labelled_loss(NtXentLoss());
  check_labelled_loss(SupConLoss());
  for (const Places& places : {Places{1, 1, 1}, Places{1, 2, 3}}) {
    check_nothing(NtXentLoss(), 3, places);
    check_nothing(SupConLoss(), 3, places);
  }
}

TEST_CASE("A temperature must be above 0") {
  CHECK_THROWS_WITH(NtXentLoss(0), ContainsSubstring("NtXentLoss: got a temperature of 0"));
  CHECK_THROWS_WITH(SupConLoss(-1), ContainsSubstring("SupConLoss: got a temperature of -1"));
}

TEST_CASE("A low temperature overflows nothing") {
  // Places 1, 2, 1: the positive pair has cosine 0.6, its rivals 0.8 (of photo 0) and 0 (of photo 2).
  CHECK(value_of(NtXentLoss(1e-4)(floats({3, 2}, three), Places{1, 2, 1})) == Approx((0.8 - 0.6) / 1e-4 / 2));
}

TEST_CASE("Temperatures that are no numbers are refused") {
  CHECK_THROWS_WITH(NtXentLoss(NAN), ContainsSubstring("NtXentLoss: got a temperature of nan"));
  CHECK_THROWS_WITH(SupConLoss(INFINITY), ContainsSubstring("SupConLoss: got a temperature of inf"));
  CHECK_THROWS_WITH(SupConLoss(1e-60), ContainsSubstring("SupConLoss: got a temperature of 1e-60"));
}
