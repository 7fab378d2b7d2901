// SPDX-License-Identifier: MIT
#include <vpr/loss/multi_similarity_miner.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"
#include "tests/support/threads.hpp"

#include <numbers>

using namespace vpr;

/// What is mined of unit vectors in the plane, at these angles in degrees, times these lengths.
static Pairs mined(const std::vector<double>& angles, const std::vector<std::int64_t>& places, double length = 1) {
  std::vector<float> values;
  for (const double angle : angles) {
    values.push_back(static_cast<float>(length * std::cos(angle * std::numbers::pi / 180)));
    values.push_back(static_cast<float>(length * std::sin(angle * std::numbers::pi / 180)));
  }
  return MultiSimilarityMiner{}(Rows(values.data(), static_cast<std::int64_t>(angles.size()), 2), places);
}

TEST_CASE("A pair is mined if it is not apart from the hardest pair of the other kind by epsilon") {
  // Cosines: 0-1 0.5 (one place), 0-2 -0.5, 1-2 0.5. Photo 0 is told apart; photo 1 is not.
  const Pairs pairs = mined({0, 60, 120}, {5, 5, 6});
  CHECK(pairs.positive == std::vector<Pair>{{1, 0}});
  CHECK(pairs.negative == std::vector<Pair>{{1, 2}});
}

TEST_CASE("Only the hard ones of an anchor's pairs are mined") {
  // Of photo 0: positives at cosines 0.94 and 0.5, negatives at 0.64 and -1.
  const Pairs pairs = mined({0, 20, 60, 50, 180}, {1, 1, 1, 2, 3});
  std::vector<Pair> positive, negative;
  for (const Pair& pair : pairs.positive) {
    if (pair.anchor == 0) positive.push_back(pair);
  }
  for (const Pair& pair : pairs.negative) {
    if (pair.anchor == 0) negative.push_back(pair);
  }
  CHECK(positive == std::vector<Pair>{{0, 2}});
  CHECK(negative == std::vector<Pair>{{0, 3}});
}

TEST_CASE("The length of descriptors does not matter") {
  const std::vector<double> angles{0, 60, 120, 30, 200};
  const std::vector<std::int64_t> places{5, 5, 6, 6, 5};
  CHECK(mined(angles, places, 1e-3).positive == mined(angles, places, 1e3).positive);
  CHECK(mined(angles, places, 1e-3).negative == mined(angles, places, 1e3).negative);
}

TEST_CASE("Without positives or without negatives nothing is mined") {
  for (const auto& places : {std::vector<std::int64_t>{1, 1, 1}, std::vector<std::int64_t>{1, 2, 3}}) {
    const Pairs pairs = mined({0, 10, 20}, places);
    CHECK(pairs.positive.empty());
    CHECK(pairs.negative.empty());
  }
  CHECK(mined({0}, {1}).positive.empty());
  CHECK(mined({}, {}).negative.empty());
}

TEST_CASE("Descriptors that have collapsed to one mine every pair, zero ones too") {
  const std::vector<float> zeros(8);
  for (const Pairs& pairs :
       {mined({3, 3, 3, 3}, {1, 1, 2, 2}), MultiSimilarityMiner{}(Rows(zeros.data(), 4, 2), std::vector<std::int64_t>{1, 1, 2, 2})}) {
    CHECK(pairs.positive.size() == 4);
    CHECK(pairs.negative.size() == 8);
  }
}

TEST_CASE("The number of threads changes neither pairs nor their order") {
  const std::vector<float> values = random_floats(60 * 5, 1);
  std::vector<std::int64_t> places(60);
  for (std::size_t i = 0; i < places.size(); ++i) places[i] = static_cast<std::int64_t>(i % 13);
  const auto run = [&](int count) {
    const Threads threads(count);
    return MultiSimilarityMiner{}(Rows(values.data(), 60, 5), places);
  };
  CHECK(run(1).positive == run(3).positive);
  CHECK(run(1).negative == run(3).negative);
}

TEST_CASE("Every descriptor needs a place, for the miner") {
  CHECK_THROWS_WITH(mined({0, 1}, {1}), ContainsSubstring("MultiSimilarityMiner: got 2 descriptors and 1 places"));
}

TEST_CASE("An epsilon that mines nothing, or whatever comes, is refused") {
  for (const float bad : {NAN, INFINITY, -0.1F}) {
    CHECK_THROWS_WITH(MultiSimilarityMiner{bad}(Rows(nullptr, 0, 2), {}), ContainsSubstring("MultiSimilarityMiner: got epsilon "));
  }
}
