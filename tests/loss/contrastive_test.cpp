// SPDX-License-Identifier: MIT
#include <vpr/loss/contrastive.hpp>

#include "tests/loss/loss_check.hpp"

using namespace vpr;
using namespace vpr::test;

TEST_CASE("Positives cost their distance, negatives what they lack of the margin, in the mean over those that cost") {
  // At 0°, 60° (one place), 120° and 180°: positives 1 apart; negatives √3, 2, 1 and √3 apart.
  const double half = std::sqrt(3) / 2;
  const auto x = floats({4, 2}, {1, 0, 1, static_cast<float>(2 * half), -1, static_cast<float>(2 * half), -5, 0});
  const Places places{1, 1, 2, 3};
  CHECK(value_of(ContrastiveLoss()(x, places)) == Approx(1));  // the negatives at 1 are at the margin
  const double two_close = 2 * (1.5 - 1) / 4 * 2 / 1;          // pairs 1-2 and 2-3, each both ways
  CHECK(value_of(ContrastiveLoss({.positive_margin = 0.25, .negative_margin = 1.5})(x, places)) == Approx(0.75 + two_close));
}

TEST_CASE("The contrastive loss holds what losses do") {
  check_labelled_loss(ContrastiveLoss());
  check_nothing(ContrastiveLoss({.positive_margin = 3}), 3, {1, 1, 1});
  check_nothing(ContrastiveLoss({.negative_margin = 0}), 3, {1, 2, 3});
}

TEST_CASE("A graded pair costs by how alike it ought to be") {
  const auto a = floats({3, 2}, {0, 0, 0, 0, 0, 0}), b = floats({3, 2}, {0.3F, 0.4F, 0.3F, 0, 3, 4});
  const std::vector<float> likeness{1, 0, 0.25F};
  const auto pairs = GeneralisedContrastiveLoss().of_pairs(a, b, likeness).values();
  CHECK(pairs[0] == Approx(0.5 * 0.25).epsilon(1e-4));
  CHECK(pairs[1] == Approx(0.5 * 0.04).epsilon(1e-4));
  CHECK(pairs[2] == Approx(0.125 * 25).epsilon(1e-4));
  CHECK(value_of(GeneralisedContrastiveLoss()(a, b, likeness)) == Approx((0.125 + 0.02 + 3.125) / 3).epsilon(1e-4));
}

TEST_CASE("The gradient of graded pairs agrees with central differences") {
  const std::vector<float> likeness{1, 0, 0.25F, 0.75F, 0.5F};
  check_gradients([&](const Vars& in) { return GeneralisedContrastiveLoss({.margin = 1.5})(in[0], in[1], likeness); },
                  {random_tensor({5, 3}, 1), random_tensor({5, 3}, 2)});
}

TEST_CASE("Equal pairs leave a finite gradient, no pair costs 0, and what is no likeness is refused") {
  const Var<F32> x(floats({1, 3}, {1, 2, 3}), true);
  GeneralisedContrastiveLoss({.eps = 0})(x, x, std::vector<float>{0}).backward();
  CHECK(x.gradient().values() == std::vector<float>{0, 0, 0});
  CHECK(value_of(GeneralisedContrastiveLoss()(Tensor<F32>::zeros({0, 3}), Tensor<F32>::zeros({0, 3}), std::vector<float>{})) == 0);
  CHECK_THROWS_WITH(GeneralisedContrastiveLoss()(x, x, std::vector<float>{1.5F}),
                    ContainsSubstring("got a likeness of 1.5, want one in [0, 1]"));
  CHECK_THROWS_WITH(GeneralisedContrastiveLoss()(x, x, std::vector<float>{1, 1}), ContainsSubstring("b [1, 3] and 2 likenesses"));
}

TEST_CASE("Contrastive losses refuse settings that no loss follows from, by name") {
  CHECK_THROWS_WITH(ContrastiveLoss({.positive_margin = NAN}), ContainsSubstring("ContrastiveLoss: got positive margin nan"));
  CHECK_THROWS_WITH(ContrastiveLoss({.negative_margin = -1}), ContainsSubstring("ContrastiveLoss: got negative margin -1"));
  CHECK_THROWS_WITH(GeneralisedContrastiveLoss({.margin = INFINITY}), ContainsSubstring("GeneralisedContrastiveLoss: got margin inf"));
  CHECK_THROWS_WITH(GeneralisedContrastiveLoss({.eps = NAN}), ContainsSubstring("GeneralisedContrastiveLoss: got eps nan"));
}
