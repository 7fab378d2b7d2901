// SPDX-License-Identifier: MIT
#include <vpr/loss/hashing.hpp>

#include "tests/loss/loss_check.hpp"

using namespace vpr;
using namespace vpr::test;

TEST_CASE("The hashing loss by hand: that of the signs, and how far their products are from the values'") {
  const auto z = floats({3, 2}, {0.8F, 0.6F, 0.6F, -0.8F, -1, 0});
  const Places places{1, 1, 2};
  const auto signs = floats({3, 2}, {1, 1, 1, -1, -1, 1});
  // Cosines of the signs: 0-1 0, 0-2 0, 1-2 -1. Anchors 0 and 1 mine their positive where a negative comes within 0.1 of it.
  const Pairs pairs = MultiSimilarityMiner()(signs, places);
  CHECK(pairs.positive == std::vector<Pair>{{0, 1}});
  CHECK(pairs.negative == std::vector<Pair>{{0, 2}});
  const double gap_01 = 0 - 0, gap_02 = -0.8 - 0;
  const double expected = 0.1 * (gap_01 * gap_01 + gap_02 * gap_02) / 2;
  const double similarity = static_cast<double>(value_of(MultiSimilarityLoss<>()(signs, pairs)));
  CHECK(value_of(HashingLoss<>()(z, places)) == Approx(similarity + expected));
  CHECK(value_of(HashingLoss<>(0)(z, places)) == Approx(similarity));
}

TEST_CASE("The gradient of the hashing loss passes through the signs, and is that of the values beside") {
  const Places places{1, 1, 2, 2, 3};
  const std::vector<float> values = random_floats(5 * 8, 3);
  const Var<F32> z(floats({5, 8}, values), true);
  HashingLoss<>(0.3)(z, places).backward();
  const Var<F32> signs(sign(floats({5, 8}, values)), true);
  const Pairs pairs = MultiSimilarityMiner()(signs.value(), places);
  MultiSimilarityLoss<>()(signs, pairs).backward();

  // Of the mean of squares, with the signs' products as constants, and with the values' as constants.
  const auto products = [](const Tensor<F32>& x) { return detail::similarities(x, false).values(); };
  const std::vector<float> by_value = products(z.value()), by_sign = products(signs.value());
  std::vector<double> expected(40);
  for (std::size_t i = 0; i < 40; ++i) expected[i] = static_cast<double>(signs.gradient().values()[i]);
  const double count = static_cast<double>(pairs.positive.size() + pairs.negative.size());
  for (const auto* chosen : {&pairs.positive, &pairs.negative}) {
    for (const Pair& pair : *chosen) {
      const auto a = static_cast<std::size_t>(pair.anchor), b = static_cast<std::size_t>(pair.other);
      const double gap = static_cast<double>(by_value[a * 5 + b]) - static_cast<double>(by_sign[a * 5 + b]) / 8;
      for (std::size_t c = 0; c < 8; ++c) {
        const auto derivative = [&](std::size_t of) {
          const double value = static_cast<double>(values[of * 8 + c]);
          return 0.3 * 2 * gap / count * (value - (value < 0 ? -1.0 : 1.0) / 8);
        };
        expected[a * 8 + c] += derivative(b);
        expected[b * 8 + c] += derivative(a);
      }
    }
  }
  for (std::size_t i = 0; i < 40; ++i) CHECK(z.gradient().values()[i] == Approx(expected[i]).margin(1e-6));
}

TEST_CASE("A batch without a lesson gives a hashing loss of 0") {
  for (const auto& [size, places] : {std::pair{1, Places{1}}, {0, Places{}}, {3, Places{1, 1, 1}}, {3, Places{1, 2, 3}}})
    check_nothing(HashingLoss<>(), size, places);
  CHECK_THROWS_WITH(HashingLoss<>(-1), ContainsSubstring("HashingLoss: got weight -1"));
  CHECK_THROWS_AS(HashingLoss<>()(floats({2, 2}, {1, 0, 0, 1}), Places{1}), ShapeError);
}
