// SPDX-License-Identifier: MIT
#include <vpr/loss/large_margin_cosine.hpp>

#include "tests/loss/loss_check.hpp"

using namespace vpr;
using namespace vpr::test;

template <class L>
static void set_weight(L& loss, const std::vector<float>& values) {
  loss.visit(
      [&](const std::string& name, auto& weight) {
        if (name == "weight") weight.assign(std::span<const float>(values));
      },
      "");
}

TEST_CASE("The right class's cosine must win by the margin") {
  LargeMarginCosineLoss<F32> loss(2, 2, {.scale = 10, .margin = 0.4});
  set_weight(loss, {3, 0, 0, 0.5F});  // the axes
  // A descriptor at cosines 0.6 and 0.8, of class 1, and one along the first axis, of class 0.
  const auto x = floats({2, 2}, {3, 4, 2, 0});
  const double first = std::log(1 + std::exp(10 * (0.6 - 0.4))), second = std::log(1 + std::exp(-10 * 0.6));
  CHECK(value_of(loss(x, Places{1, 0})) == Approx((first + second) / 2));
}

TEST_CASE("The gradients by descriptors and weight agree with central differences") {
  const Places classes{2, 0, 2, 1};
  check_gradients(
      [&](const Vars& in) {
        LargeMarginCosineLoss<Recorded<F64>> loss(5, 3);
        loss.visit([&](const std::string&, Var<F64>& weight) { weight = in[1]; }, "");
        return loss(in[0], classes);
      },
      {random_tensor({4, 5}, 1), random_tensor({3, 5}, 2)});
}

TEST_CASE("A large scale overflows nothing") {
  LargeMarginCosineLoss<F32> loss(1, 2, {.scale = 1e4});
  set_weight(loss, {1, -1});
  CHECK(value_of(loss(floats({1, 1}, {-1}), Places{0})) == Approx(2.4e4));
}

TEST_CASE("An empty batch costs 0; a class that is none is refused") {
  const LargeMarginCosineLoss<F32> loss(2, 3);
  CHECK(value_of(loss(Tensor<F32>::zeros({0, 2}), Places{})) == 0);
  CHECK_THROWS_WITH(loss(Tensor<F32>::zeros({1, 2}), Places{3}),
                    ContainsSubstring("LargeMarginCosineLoss: got class 3, want one in [0, 3)"));
  CHECK_THROWS_WITH(loss(Tensor<F32>::zeros({1, 2}), Places{}), ContainsSubstring("got 1 descriptors and 0 classes"));
  CHECK_THROWS_AS(loss(Tensor<F32>::zeros({1, 4}), Places{0}), ShapeError);
}

TEST_CASE("LargeMarginCosineLoss refuses settings that no loss follows from, by name") {
  CHECK_THROWS_WITH(LargeMarginCosineLoss<F32>(2, 2, {.scale = NAN}), ContainsSubstring("LargeMarginCosineLoss: got scale nan"));
  CHECK_THROWS_WITH(LargeMarginCosineLoss<F32>(2, 2, {.scale = -1}), ContainsSubstring("LargeMarginCosineLoss: got scale -1"));
  CHECK_THROWS_WITH(LargeMarginCosineLoss<F32>(2, 2, {.margin = INFINITY}), ContainsSubstring("LargeMarginCosineLoss: got margin inf"));
}
