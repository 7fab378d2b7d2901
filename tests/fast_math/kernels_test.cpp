// SPDX-License-Identifier: MIT
// Compiled with -ffast-math: sums over nothing and over masks are right, and losses take no descriptor that is not finite.
#include <vpr/aggregator/gem.hpp>
#include <vpr/backend/cpu.hpp>
#include <vpr/loss/detail.hpp>
#include <vpr/loss/multi_similarity.hpp>
#include <vpr/loss/softmax.hpp>
#include <vpr/ops/maps.hpp>
#include <vpr/ops/metric.hpp>
#include <vpr/ops/transport.hpp>

#include "tests/fast_math/numbers.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

#include <cmath>
#include <vector>

using namespace vpr;
using namespace vpr::test;

namespace {

using B = Cpu<f32>;

Tensor<B> tensor(const Shape& shape, const std::vector<float>& values) { return Tensor<B>::from(shape, values); }

}  // namespace

TEST_CASE("Settings of losses and aggregators that are no numbers are refused") {
  CHECK_THROWS_AS(NtXentLoss(wide_nan()), ConfigError);
  CHECK_THROWS_AS(MultiSimilarityLoss({.alpha = wide_nan()}), ConfigError);
  CHECK_THROWS_AS(GeM<B>({.p = nan_number()}), ConfigError);
}

TEST_CASE("Mined descriptors that are not finite are refused, and an anchor without positives mines nothing") {
  const std::vector<std::int64_t> places{1, 1, 2};
  CHECK_THROWS_AS(detail::mined(MultiSimilarityMiner{}, tensor({3, 2}, {1, 0, 0, nan_number(), 0, 1}), places), FormatError);
  const Pairs mined = detail::mined(MultiSimilarityMiner{}, tensor({3, 2}, {1, 0, 0.6F, 0.8F, 0.8F, 0.6F}), places);
  CHECK(mined.positive.size() == 2);
  CHECK(mined.negative.size() == 2);  // photo 2 is the only one of its place
}

TEST_CASE("Sums of exponentials are right where nothing is chosen, or a number is minus infinity") {
  const float none = -infinite_number();
  CHECK(log_sum_exp(tensor({1, 3}, {1, 2, 3}), tensor({1, 3}, {0, 0, 0})).to_vector()[0] == 0);
  CHECK(log_sum_exp(tensor({1, 3}, {1, 900, 1}), tensor({1, 3}, {1, 0, 1})).to_vector()[0] == Approx(1 + std::log(2.0)));
  CHECK(log_sum_exp(tensor({1, 3}, {1, none, 1}), tensor({1, 3}, {1, 1, 1})).to_vector()[0] == Approx(1 + std::log(2.0)));
  Tensor<B> weights(Shape{2, 20});
  std::vector<float> scores(40, none);
  scores[3] = scores[7] = scores[25] = -80;
  B::softmax(tensor({2, 20}, scores), weights);
  for (std::size_t i = 0; i < 40; ++i) CHECK(weights.to_vector()[i] == (i == 3 || i == 7 ? 0.5F : i == 25 ? 1 : 0));
}

TEST_CASE("Every token's shares of a transport sum to 1, however far apart the scores are") {
  std::vector<float> scores;
  for (const float value : random_floats(40, 1)) scores.push_back(300 * value);
  const std::vector<float> shares = optimal_transport(tensor({1, 10, 4}, scores), tensor({1}, {1}), 3).to_vector();
  for (std::size_t token = 0; token < 10; ++token) {
    double sum = 0;
    for (std::size_t k = 0; k < 5; ++k) {
      CHECK(is_finite(shares[token * 5 + k]));
      sum += std::exp(static_cast<double>(shares[token * 5 + k]));
    }
    CHECK(sum == Approx(1).epsilon(1e-3));
  }
}

TEST_CASE("The largest of a window with a NaN is NaN, as in PyTorch") {
  const auto pooled = max_pool(tensor({1, 4, 1}, {1, nan_number(), 3, -2}), {2, 2}, {.kernel = 2, .stride = 2});
  CHECK(is_nan(pooled.to_vector()[0]));
  CHECK(max_pool(tensor({1, 4, 1}, {-1, -5, -3, -2}), {2, 2}, {.kernel = 2, .stride = 2}).to_vector()[0] == -1);
}
