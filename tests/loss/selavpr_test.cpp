// SPDX-License-Identifier: MIT
#include <vpr/autograd.hpp>
#include <vpr/loss/selavpr.hpp>

#include "tests/autograd/gradient_check.hpp"

using namespace vpr;
using namespace vpr::test;

TEST_CASE("SelaVPR's loss is the mean over triplets of both of its parts") {
  const auto descriptors = l2_normalize(random_tensor({4, 6}, 1)), local = l2_normalize(random_tensor({4, 9, 5}, 2));
  const Triplets triplets{{0, 2}, {1, 3}, {2, 0}};
  const Var<F64> d(descriptors), l(local);
  const auto rows = [](const Var<F64>& x, const std::vector<std::int64_t>& which) { return gather(x, which); };
  const double global =
      TripletLoss({.margin = 0.1})(rows(d, triplets.anchor), rows(d, triplets.positive), rows(d, triplets.negative)).to_vector()[0];
  const double near = LocalMutualLoss()(rows(l, triplets.anchor), rows(l, triplets.positive), rows(l, triplets.negative)).to_vector()[0];
  CHECK(SelaVprLoss()(d, l, triplets).to_vector()[0] == Approx((global + near) / 2));
}

TEST_CASE("SelaVPR's loss has gradients by descriptors and local features") {
  const Triplets triplets{{0, 2}, {1, 3}, {2, 0}};
  check_gradients([&](const Vars& in) { return SelaVprLoss(1)(l2_normalize(in[0]), l2_normalize(in[1]), triplets); },
                  {random_tensor({4, 6}, 1), random_tensor({4, 9, 5}, 2)});
}

TEST_CASE("SelaVPR's loss mines a batch of places, and one place teaches nothing") {
  const Var<F64> d(l2_normalize(random_tensor({4, 6}, 1)), true), l(l2_normalize(random_tensor({4, 9, 5}, 2)), true);
  CHECK(SelaVprLoss()(d, l, std::vector<std::int64_t>{0, 0, 1, 1}).to_vector()[0] >= 0);
  CHECK(SelaVprLoss()(d, l, std::vector<std::int64_t>{3, 3, 3, 3}).to_vector()[0] == 0);
}
