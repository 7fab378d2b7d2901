// SPDX-License-Identifier: MIT
#include <vpr/autograd.hpp>
#include <vpr/loss/multi_similarity.hpp>

#include "tests/autograd/gradient_check.hpp"

#include <cmath>
#include <limits>

using namespace vpr;
using namespace vpr::test;

using F32 = Cpu<f32>;
using Places = std::vector<std::int64_t>;

static_assert(Loss<MultiSimilarityLoss<>, Tensor<F32>> && Loss<MultiSimilarityLoss<AllPairs>, Var<F32>>);

static float value_of(const Tensor<F32>& loss) { return loss.values().at(0); }

TEST_CASE("The loss of pairs by hand") {
  // Unit vectors with cosines 0-1 0.8, 0-2 0.6, 1-2 0 (places 1, 1, 2).
  const auto x = Tensor<F32>::from({3, 2}, {1, 0, 0.8F, 0.6F, 0.6F, -0.8F});
  const double soft = 2, hard = 3, base = 0.5;
  const MultiSimilarityLoss<AllPairs> loss({.alpha = soft, .beta = hard, .base = base});
  const auto positive = [&](double s) { return std::log(1 + std::exp(-soft * (s - base))) / soft; };
  const double zero = std::log(1 + std::exp(hard * (0.6 - base))) / hard, one = std::log(1 + std::exp(-hard * base)) / hard;
  const double two = std::log(1 + std::exp(hard * (0.6 - base)) + std::exp(-hard * base)) / hard;
  CHECK(value_of(loss(x, Places{1, 1, 2})) == Approx((2 * positive(0.8) + zero + one + two) / 3));
}

TEST_CASE("Descriptors are compared by direction, unless by raw products") {
  const auto x = Tensor<F32>::from({2, 1}, {2, 3});
  const Places places{1, 1};
  CHECK(value_of(MultiSimilarityLoss<AllPairs>()(x, places)) == Approx(std::log(1 + std::exp(-1))));
  CHECK(value_of(MultiSimilarityLoss<AllPairs>({.normalise = false})(x, places)) == Approx(std::log(1 + std::exp(-6))));
}

TEST_CASE("Large products overflow neither the loss nor its gradient") {
  const Var<F32> x(Tensor<F32>::from({3, 1}, {100, 100, 100}), true);
  const auto loss = MultiSimilarityLoss<AllPairs>({.normalise = false})(x, Places{1, 1, 2});
  CHECK(loss.to_vector()[0] == Approx((10000 + 10000 + 10000 + std::log(2) / 50) / 3));
  loss.backward();
  for (const float gradient : x.gradient().values()) CHECK(std::isfinite(gradient));
}

TEST_CASE("The gradient agrees with central differences") {
  const Places places{1, 2, 1, 3, 2, 1, 4};
  check_gradients([&](const Vars& in) { return MultiSimilarityLoss<AllPairs>()(in[0], places); }, {random_tensor({7, 5}, 1)});
  check_gradients([&](const Vars& in) { return MultiSimilarityLoss()(in[0], places); }, {random_tensor({7, 5}, 2)});
  check_gradients([&](const Vars& in) { return MultiSimilarityLoss<AllPairs>({.beta = 5, .normalise = false})(in[0], places); },
                  {random_tensor({7, 5}, 3)});
}

TEST_CASE("A batch with nothing to teach gives 0 and gradients of 0") {
  const auto check = [](std::int64_t size, const Places& places) {
    const Var<F32> x(Tensor<F32>::from({size, 3}, std::span<const float>(random_floats(size * 3, 5))), true);
    const Var<F32> loss = MultiSimilarityLoss()(x, places);
    CHECK(loss.to_vector() == std::vector<float>{0});
    loss.backward();
    CHECK(x.gradient().values() == std::vector<float>(static_cast<std::size_t>(size * 3)));
  };
  check(1, {1});
  check(3, {1, 1, 1});
  check(3, {1, 2, 3});
  check(0, {});
}

TEST_CASE("At most one pair of each kind gives 0, as the library it was trained with") {
  const auto x = Tensor<F32>::from({3, 1}, {1, 1, 1});
  CHECK(value_of(MultiSimilarityLoss()(x, Pairs{{{0, 1}}, {{0, 2}}})) == 0);
  CHECK(value_of(MultiSimilarityLoss()(x, Pairs{{{0, 1}}, {{0, 2}, {1, 2}}})) > 0);
}

TEST_CASE("What the loss cannot mean is refused") {
  const MultiSimilarityLoss loss;
  CHECK_THROWS_WITH(MultiSimilarityLoss({.beta = 0}), ContainsSubstring("MultiSimilarityLoss: got alpha 1 and beta 0"));
  CHECK_THROWS_WITH(loss(Tensor<F32>::zeros({3}), Places{1, 2, 3}), ContainsSubstring("MultiSimilarityLoss: got descriptors [3]"));
  CHECK_THROWS_AS(loss(Tensor<F32>::zeros({3, 2}), Places{1}), ShapeError);
  CHECK_THROWS_WITH(loss(Tensor<F32>::zeros({3, 2}), Pairs{{{0, 3}}, {{0, 1}, {1, 0}}}),
                    ContainsSubstring("loss: got a pair of photos 0 and 3 in a batch of 3"));
  CHECK_THROWS_WITH(loss(Tensor<F32>::from({2, 1}, {1, std::numeric_limits<float>::quiet_NaN()}), Places{1, 2}),
                    ContainsSubstring("loss: descriptor 1 holds nan at 0"));
}

TEST_CASE("MultiSimilarityLoss refuses settings that no loss follows from, by name") {
  CHECK_THROWS_WITH(MultiSimilarityLoss({.base = NAN}), ContainsSubstring("MultiSimilarityLoss: got base nan"));
  CHECK_THROWS_WITH(MultiSimilarityLoss({.alpha = INFINITY}), ContainsSubstring("MultiSimilarityLoss: got alpha inf"));
  CHECK_THROWS_WITH(MultiSimilarityLoss({.beta = 1e-50}), ContainsSubstring("beta 1e-50"));
}
