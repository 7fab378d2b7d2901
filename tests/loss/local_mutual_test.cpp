// SPDX-License-Identifier: MIT
#include <vpr/loss/local_mutual.hpp>

#include "tests/loss/loss_check.hpp"

using namespace vpr;
using namespace vpr::test;

TEST_CASE("Only features that choose each other count") {
  // Products: a0·b0 2, a0·b1 1, a1·b0 3, a1·b1 1, a2·b1 4: (1, 0) and (2, 1) choose each other.
  const auto a = floats({1, 3, 2}, {2, 1, 3, 1, 0, 4}), b = floats({1, 3, 2}, {1, 0, 0, 1, -1, -1});
  CHECK(value_of(LocalMutualLoss().similarity(a, b)) == Approx((3.0 + 4.0) / 2));
}

TEST_CASE("A single such pair is not trusted: photos are then compared position by position") {
  const auto a = floats({1, 2, 2}, {1, 0, 2, 0}), b = floats({1, 2, 2}, {3, 0, 1, 5});
  CHECK(value_of(LocalMutualLoss().similarity(a, b)) == Approx((3.0 + 2.0) / 2));
  CHECK(value_of(LocalMutualLoss().similarity(floats({1, 1, 1}, {2}), floats({1, 1, 1}, {3}))) == 6);
}

TEST_CASE("Each photo of a batch is compared by itself") {
  const auto values = random_floats(2 * 4 * 3, 1), others = random_floats(2 * 4 * 3, 2);
  const auto both = LocalMutualLoss().similarity(floats({2, 4, 3}, values), floats({2, 4, 3}, others)).values();
  const auto half = [](const std::vector<float>& all) { return floats({1, 4, 3}, {all.begin() + 12, all.end()}); };
  REQUIRE(both.size() == 2);
  CHECK(both[1] == value_of(LocalMutualLoss().similarity(half(values), half(others))));
}

TEST_CASE("The loss is what the negative is more alike than the positive, over the batch") {
  const auto of = [](std::vector<float> values) { return floats({2, 1, 1}, values); };
  CHECK(value_of(LocalMutualLoss()(of({1, 1}), of({2, 5}), of({4, 3}))) == 2);
}

TEST_CASE("The gradient of the local loss agrees with central differences") {
  check_gradients([](const Vars& in) { return LocalMutualLoss()(in[0], in[1], in[2]); },
                  {random_tensor({2, 5, 3}, 1), random_tensor({2, 5, 3}, 2), random_tensor({2, 5, 3}, 3)});
}

TEST_CASE("Features that have collapsed leave a finite gradient") {
  const Var<F32> x(Tensor<F32>::full({1, 4, 3}, 0.5F), true);
  LocalMutualLoss()(x, x, x).backward();
  for (const float gradient : x.gradient().values()) CHECK(std::isfinite(gradient));
}

TEST_CASE("Photos without features, or of unequal numbers of them, are refused") {
  const LocalMutualLoss loss;
  CHECK(loss(Tensor<F32>::zeros({0, 2, 3}), Tensor<F32>::zeros({0, 2, 3}), Tensor<F32>::zeros({0, 2, 3})).values() ==
        std::vector<float>{0});
  CHECK_THROWS_WITH(loss.similarity(Tensor<F32>::zeros({1, 0, 3}), Tensor<F32>::zeros({1, 0, 3})),
                    ContainsSubstring("LocalMutualLoss: got local features [1, 0, 3]"));
  CHECK_THROWS_AS(loss.similarity(Tensor<F32>::zeros({1, 2, 3}), Tensor<F32>::zeros({1, 4, 3})), ShapeError);
  CHECK_THROWS_AS(loss.similarity(Tensor<F32>::full({1, 1, 1}, std::numeric_limits<float>::infinity()), Tensor<F32>::zeros({1, 1, 1})),
                  FormatError);
}
