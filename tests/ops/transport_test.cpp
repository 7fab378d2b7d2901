// SPDX-License-Identifier: MIT
#include <vpr/ops/activation.hpp>
#include <vpr/ops/transport.hpp>

#include "tests/ops/ops_test.hpp"

#include <cmath>

using namespace vpr;

namespace {

X plan(const X& scores, float dustbin, std::int64_t iterations) {
  return vpr::exp(optimal_transport(scores, X::full({1}, dustbin), iterations));
}

}  // namespace

TEST_CASE("Every token gives all of its mass, and the clusters take theirs with the iterations") {
  for (const std::int64_t tokens : {4, 5, 33, 256}) {
    for (const std::int64_t clusters : {1, 3}) {
      const X p = plan(tensor({1, tokens, clusters}, random_floats(tokens * clusters, 7)), 1, 50);
      std::vector<double> sums(static_cast<std::size_t>(clusters) + 1);
      for (std::int64_t n = 0; n < tokens; ++n) {
        double mass = 0;
        for (std::int64_t k = 0; k <= clusters; ++k) {
          mass += p.data()[n * (clusters + 1) + k];
          sums[static_cast<std::size_t>(k)] += p.data()[n * (clusters + 1) + k];
        }
        CHECK(mass == Approx(1).margin(1e-5));
      }
      for (std::int64_t k = 0; k < clusters; ++k) CHECK(sums[static_cast<std::size_t>(k)] == Approx(1).margin(1e-4));
      CHECK(sums.back() == Approx(static_cast<double>(tokens - clusters)).margin(1e-3));
    }
  }
}

TEST_CASE("Tokens may come in any order, and equal ones get equal shares") {
  const X p = plan(tensor({1, 4, 2}, {1, 2, -3, 4, 1, 2, 0, 1}), 0.5F, 3), q = plan(tensor({1, 4, 2}, {0, 1, 1, 2, 1, 2, -3, 4}), 0.5F, 3);
  for (std::size_t k = 0; k < 3; ++k) {
    CHECK(p.values()[k] == Approx(p.values()[6 + k]));
    CHECK(p.values()[k] == Approx(q.values()[3 + k]));
    CHECK(p.values()[9 + k] == Approx(q.values()[k]));
  }
}

TEST_CASE("Large scores neither overflow nor vanish") {
  const X p = plan(tensor({1, 3, 2}, {1000, -1000, -1000, 1000, 0, 0}), 0, 10);
  for (const float share : p.values()) CHECK(std::isfinite(share));
  CHECK(p.values()[0] > 0.9F);
  CHECK(p.values()[1] < 1e-6F);
}

TEST_CASE("Without an iteration the scores are as they were, but for the mass of one token") {
  const X result = optimal_transport(tensor({1, 2, 1}, {3, 4}), X::full({1}, 5), 0);
  CHECK(result.values() == Values{3 + std::log(3.0F), 5 + std::log(3.0F), 4 + std::log(3.0F), 5 + std::log(3.0F)});
}

TEST_CASE("optimal_transport refuses as many clusters as tokens") {
  CHECK_THROWS_WITH(optimal_transport(shaped({1, 8, 8}), shaped({1}), 3), ContainsSubstring("8 tokens for 8 clusters"));
  CHECK_THROWS_AS(optimal_transport(shaped({1, 9, 8}), shaped({2}), 3), ShapeError);
  CHECK_THROWS_AS(optimal_transport(shaped({9, 8}), shaped({1}), 3), ShapeError);
  CHECK_THROWS_AS(optimal_transport(shaped({1, 9, 8}), shaped({1}), -1), ConfigError);
}

TEST_CASE("A last token of mass K leaves the dustbin as many tokens as there are others, as SuperGlue matches") {
  const std::int64_t tokens = 3, clusters = 5;
  std::vector<float> scores = random_floats(tokens * clusters, 4);
  scores.insert(scores.end(), clusters, 0.5F);  // the other dustbin
  const X p = vpr::exp(optimal_transport(tensor({1, tokens + 1, clusters}, scores), X::full({1}, 0.5F), 100, clusters));
  std::vector<double> columns(clusters + 1);
  for (std::int64_t n = 0; n <= tokens; ++n) {
    double mass = 0;
    for (std::int64_t k = 0; k <= clusters; ++k) {
      mass += p.data()[n * (clusters + 1) + k];
      columns[static_cast<std::size_t>(k)] += p.data()[n * (clusters + 1) + k];
    }
    CHECK(mass == Approx(n < tokens ? 1.0 : 5.0).margin(1e-4));
  }
  for (std::size_t k = 0; k < 5; ++k) CHECK(columns[k] == Approx(1).margin(1e-4));
  CHECK(columns[5] == Approx(3).margin(1e-3));
  CHECK_THROWS_WITH(optimal_transport(shaped({1, 10, 8}), shaped({1}), 3, 0), ContainsSubstring("a last token of mass 0"));
}
