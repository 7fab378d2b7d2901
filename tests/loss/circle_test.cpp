// SPDX-License-Identifier: MIT
#include <vpr/loss/circle.hpp>

#include "tests/loss/loss_check.hpp"

using namespace vpr;
using namespace vpr::test;

TEST_CASE("Circle loss by hand, over the anchors that have pairs of both kinds") {
  // Cosines 0-1 0.8, 0-2 0.6, 1-2 0, places 1, 1, 2; photo 2 has no positive.
  const auto x = floats({3, 2}, {1, 0, 0.8F, 0.6F, 0.6F, -0.8F});
  const double m = 0.25, scale = 4;
  const auto positive = [&](double s) { return -scale * (1 + m - s) * (s - 1 + m); };
  const auto negative = [&](double s) { return scale * (s + m) * (s - m); };
  const double first = std::log(1 + std::exp(positive(0.8) + negative(0.6))), second = std::log(1 + std::exp(positive(0.8) + negative(0)));
  CHECK(value_of(CircleLoss({.margin = m, .scale = scale})(x, Places{1, 1, 2})) == Approx((first + second) / 2));
}

TEST_CASE("Without pairs of both kinds circle loss is 0") {
  for (const auto& [size, places] : {std::pair{1, Places{1}}, {0, Places{}}, {3, Places{1, 1, 1}}, {3, Places{1, 2, 3}}})
    check_nothing(CircleLoss(), size, places);
}

TEST_CASE("The weights of circle loss are constants of its gradient") {
  // One anchor's two pairs; the gradient of log(1 + exp(w_n (s_n - m) - w_p (s_p - 1 + m))) by s_p is -w_p times the sigmoid.
  const Var<F32> x(floats({3, 2}, {1, 0, 0.8F, 0.6F, 0.6F, -0.8F}), true);
  CircleLoss({.margin = 0.25, .scale = 1})(x, Places{1, 1, 2}).backward();
  const double w_p = 1.25 - 0.8, w_n = 0.85, v_n = 0.25;
  const double p = -w_p * (0.8 - 0.75), first = 1 / (1 + std::exp(-(p + w_n * 0.35))) / 2,
               second = 1 / (1 + std::exp(-(p - v_n * 0.25))) / 2;
  // By photo 2: of cosine 0-2 along the tangent of photo 2, x0 - 0.6 x2; of cosine 1-2, x1 - 0.
  const double expected_x = first * w_n * (1 - 0.36) + second * v_n * 0.8, expected_y = first * w_n * 0.48 + second * v_n * 0.6;
  CHECK(x.gradient().values()[4] == Approx(expected_x).epsilon(1e-4));
  CHECK(x.gradient().values()[5] == Approx(expected_y).epsilon(1e-4));
}

TEST_CASE("Collapsed descriptors leave circle loss and its gradient finite") {
  const Var<F32> x(Tensor<F32>::full({4, 3}, 0.5F), true);
  const Var<F32> loss = CircleLoss()(x, Places{1, 1, 2, 2});
  CHECK(loss.to_vector()[0] > 0);
  loss.backward();
  for (const float gradient : x.gradient().values()) CHECK(std::isfinite(gradient));
}

TEST_CASE("CircleLoss refuses settings that no loss follows from, by name") {
  CHECK_THROWS_WITH(CircleLoss({.margin = NAN}), ContainsSubstring("CircleLoss: got margin nan"));
  CHECK_THROWS_WITH(CircleLoss({.scale = INFINITY}), ContainsSubstring("CircleLoss: got scale inf"));
  CHECK_THROWS_WITH(CircleLoss({.scale = 0}), ContainsSubstring("CircleLoss: got scale 0"));
}
