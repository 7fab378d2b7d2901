// SPDX-License-Identifier: MIT
#include <vpr/loss/fast_ap.hpp>

#include "tests/loss/loss_check.hpp"

using namespace vpr;
using namespace vpr::test;

TEST_CASE("FastAP is 0 where every positive comes first and falls into one bin, and 1 less the precision where it does not") {
  // Squared distances on the axes: 0 to the positive, 2 or 4 to negatives; bins every 2.
  const auto x = floats({4, 2}, {1, 0, 1, 0, 0, 1, -1, 0});
  CHECK(value_of(FastApLoss(2)(x, Places{1, 1, 2, 3})) == Approx(0).margin(1e-6));
  // Places 1, 2, 1, 3: photo 0 finds photo 1 first, then its positive 2: precision 1/2. Photo 2 has all three at 2: 1/3.
  CHECK(value_of(FastApLoss(2)(x, Places{1, 2, 1, 3})) == Approx(1 - (1.0 / 2 + 1.0 / 3) / 2));
}

TEST_CASE("FastAP holds what losses do") {
  check_labelled_loss(FastApLoss());
  check_nothing(FastApLoss(), 3, {1, 2, 3});
  CHECK_THROWS_WITH(FastApLoss(0), ContainsSubstring("FastApLoss: got 0 bins"));
}
