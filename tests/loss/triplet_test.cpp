// SPDX-License-Identifier: MIT
#include <vpr/loss/triplet.hpp>

#include "tests/loss/loss_check.hpp"

using namespace vpr;
using namespace vpr::test;

TEST_CASE("A triplet costs what its negative lacks of the margin") {
  const auto anchor = floats({2, 1}, {0, 0}), positive = floats({2, 1}, {1, 1}), negative = floats({2, 1}, {1.25F, -3});
  CHECK(value_of(TripletLoss({.margin = 0.5})(anchor, positive, negative)) == Approx(0.25).epsilon(1e-5));
  CHECK(value_of(TripletLoss({.margin = 0.5, .reduction = Reduction::mean})(anchor, positive, negative)) == Approx(0.125).epsilon(1e-5));
}

TEST_CASE("Equal descriptors cost the margin and leave a finite gradient") {
  const Var<F32> x(floats({2, 3}, random_floats(6, 1)), true);
  const Var<F32> loss = TripletLoss()(x, x, x);
  CHECK(loss.to_vector()[0] == Approx(0.2));
  loss.backward();
  for (const float gradient : x.gradient().values()) CHECK(std::isfinite(gradient));
}

TEST_CASE("The gradient of the triplet loss agrees with central differences") {
  for (const Reduction reduction : {Reduction::sum, Reduction::mean}) {
    check_gradients([&](const Vars& in) { return TripletLoss({.margin = 0.3, .reduction = reduction})(in[0], in[1], in[2]); },
                    {random_tensor({5, 3}, 1), random_tensor({5, 3}, 2), random_tensor({5, 3}, 3)});
  }
}

TEST_CASE("No triplet costs 0; triplets of unequal shapes are refused") {
  const TripletLoss loss({.reduction = Reduction::mean});
  CHECK(value_of(loss(Tensor<F32>::zeros({0, 3}), Tensor<F32>::zeros({0, 3}), Tensor<F32>::zeros({0, 3}))) == 0);
  CHECK_THROWS_WITH(loss(Tensor<F32>::zeros({2, 3}), Tensor<F32>::zeros({2, 3}), Tensor<F32>::zeros({1, 3})),
                    ContainsSubstring("TripletLoss: got anchor [2, 3], positive [2, 3] and negative [1, 3]"));
}

TEST_CASE("All triplets of a batch, in the mean over those that cost something") {
  // In the plane at 0°, 90° (one place) and 180°: triplets (0, 1, 2) and (1, 0, 2), with distances √2, 2 and √2.
  const auto x = floats({3, 2}, {1, 0, 0, 2, -3, 0});
  CHECK(value_of(BatchTripletLoss(0.1)(x, Places{1, 1, 2})) == Approx(0.1));
  CHECK(value_of(BatchTripletLoss(1)(x, Places{1, 1, 2})) == Approx((1 + 1 + std::sqrt(2) - 2) / 2));
}

TEST_CASE("The batch's triplet loss holds what losses do") {
  check_labelled_loss(BatchTripletLoss(0.3));
  check_nothing(BatchTripletLoss(), 3, {1, 1, 1});
  check_nothing(BatchTripletLoss(), 3, {1, 2, 3});
}

TEST_CASE("Triplet losses refuse settings that no loss follows from, by name") {
  CHECK_THROWS_WITH(TripletLoss({.margin = NAN}), ContainsSubstring("TripletLoss: got margin nan"));
  CHECK_THROWS_WITH(TripletLoss({.margin = -0.1}), ContainsSubstring("TripletLoss: got margin -0.1"));
  CHECK_THROWS_WITH(TripletLoss({.eps = 1e39}), ContainsSubstring("TripletLoss: got eps 1e+39"));
  CHECK_THROWS_WITH(BatchTripletLoss(INFINITY), ContainsSubstring("BatchTripletLoss: got margin inf"));
}
