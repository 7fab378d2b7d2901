// SPDX-License-Identifier: MIT
#include <vpr/matcher/mutual_nearest.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"
#include "tests/support/threads.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

using vpr::Grid;
using vpr::LocalFeatures;
using vpr::LocalMatch;
using vpr::MatchedPair;
using vpr::MutualNearest;

namespace {

/// Features of few values, so that similarities are exact and tie often.
LocalFeatures coarse(Grid grid, std::int64_t channels, std::uint64_t seed) {
  LocalFeatures features{grid, channels, random_floats(grid.patches() * channels, seed)};
  for (float& value : features.values) value = std::round(value * 2);
  return features;
}

LocalFeatures fine(Grid grid, std::int64_t channels, std::uint64_t seed) {
  return {grid, channels, random_floats(grid.patches() * channels, seed)};
}

/// The definition, by the full matrix of similarities.
std::vector<MatchedPair> by_definition(const LocalFeatures& query, const LocalFeatures& candidate) {
  const vpr::Rows a = query, b = candidate;
  const auto similarity = [&](std::int64_t i, std::int64_t j) {
    float sum = 0;
    for (std::int64_t k = 0; k < a.dim(); ++k) sum += a[i][k] * b[j][k];
    return sum;
  };
  std::vector<MatchedPair> pairs;
  for (std::int64_t i = 0; i < a.size(); ++i) {
    std::int64_t best = 0, back = 0;
    for (std::int64_t j = 1; j < b.size(); ++j) best = similarity(i, j) > similarity(i, best) ? j : best;
    for (std::int64_t other = 1; other < a.size(); ++other) back = similarity(other, best) > similarity(back, best) ? other : back;
    if (back == i) pairs.push_back({static_cast<std::int32_t>(i), static_cast<std::int32_t>(best), similarity(i, best)});
  }
  return pairs;
}

/// The same photo with its patches in another order: patch i of the result is patch order[i].
LocalFeatures reordered(const LocalFeatures& features, const std::vector<std::int32_t>& order) {
  LocalFeatures moved = features;
  const auto channels = static_cast<std::size_t>(features.channels);
  for (std::size_t i = 0; i < order.size(); ++i) {
    std::copy_n(features.values.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(order[i]) * channels), channels,
                moved.values.begin() + static_cast<std::ptrdiff_t>(i * channels));
  }
  return moved;
}

}  // namespace

TEST_CASE("Those who choose each other are matched") {
  // The query's second prefers the candidate's first, which prefers the query's first.
  const LocalFeatures query{{1, 3}, 2, {1, 0, 0.8F, 0.1F, 0, 1}}, candidate{{2, 1}, 2, {1, 0, 0, 0.5F}};
  const LocalMatch match = MutualNearest<>()(query, candidate);
  CHECK(match.score == 2);
  CHECK(match.pairs == std::vector<MatchedPair>{{0, 0, 1}, {2, 1, 0.5F}});
  CHECK(MutualNearest<vpr::MeanSimilarity>()(query, candidate).score == 0.75F);
}

TEST_CASE("Matches are those of the definition, ties to the lowest index, on grids of any size") {
  for (const std::int64_t channels : {1, 2, 5, 33}) {
    for (const auto& [a, b] :
         {std::pair{Grid{1, 1}, Grid{1, 1}}, std::pair{Grid{1, 1}, Grid{3, 7}}, std::pair{Grid{7, 9}, Grid{9, 7}},
          std::pair{Grid{1, 64}, Grid{8, 8}}, std::pair{Grid{5, 13}, Grid{2, 3}}, std::pair{Grid{10, 20}, Grid{11, 18}}}) {
      const LocalFeatures query = coarse(a, channels, 1), candidate = coarse(b, channels, 2);
      const LocalMatch match = MutualNearest<>()(query, candidate);
      CHECK(match.pairs == by_definition(query, candidate));
      CHECK(match.score == static_cast<float>(match.pairs.size()));
      CHECK(match.pairs.size() >= 1);  // that of the largest similarity of all
    }
  }
}

TEST_CASE("Negative similarities match, too, in panels that are not full") {
  const LocalFeatures query{{1, 2}, 1, {-1, -2}}, candidate{{1, 2}, 1, {3, 4}};
  CHECK(MutualNearest<>()(query, candidate).pairs == std::vector<MatchedPair>{{0, 0, -3}});
}

TEST_CASE("A photo matches itself patch by patch") {
  LocalFeatures photo = fine({6, 13}, 24, 3);
  for (std::int64_t i = 0; i < photo.size(); ++i) {
    float* const row = &photo.values[static_cast<std::size_t>(i * 24)];
    const float length = std::sqrt(std::inner_product(row, row + 24, row, 0.0F));
    std::transform(row, row + 24, row, [&](float value) { return value / length; });
  }
  const LocalMatch match = MutualNearest<vpr::MeanSimilarity>()(photo, photo);
  REQUIRE(match.pairs.size() == 78);
  for (const MatchedPair& pair : match.pairs) CHECK(pair.query == pair.candidate);
  CHECK(match.score == Approx(1));
}

TEST_CASE("Matching the other way round gives the same pairs, bit for bit") {
  const LocalFeatures a = fine({7, 11}, 100, 4), b = fine({13, 10}, 100, 5);
  std::vector<MatchedPair> forth = MutualNearest<>()(a, b).pairs, back = MutualNearest<>()(b, a).pairs;
  for (MatchedPair& pair : back) std::swap(pair.query, pair.candidate);
  std::sort(back.begin(), back.end(), [](const MatchedPair& x, const MatchedPair& y) { return x.query < y.query; });
  CHECK(forth == back);
}

TEST_CASE("Permuted patches have the same matches, permuted") {
  const LocalFeatures query = fine({8, 9}, 40, 6), candidate = fine({5, 15}, 40, 7);
  std::vector<std::int32_t> query_order(72), candidate_order(75);
  std::iota(query_order.begin(), query_order.end(), 0);
  std::iota(candidate_order.begin(), candidate_order.end(), 0);
  std::mt19937 random(1);
  std::shuffle(query_order.begin(), query_order.end(), random);
  std::shuffle(candidate_order.begin(), candidate_order.end(), random);

  const LocalMatch plain = MutualNearest<>()(query, candidate);
  LocalMatch permuted = MutualNearest<>()(reordered(query, query_order), reordered(candidate, candidate_order));
  for (MatchedPair& pair : permuted.pairs) {
    pair.query = query_order[static_cast<std::size_t>(pair.query)];
    pair.candidate = candidate_order[static_cast<std::size_t>(pair.candidate)];
  }
  std::sort(permuted.pairs.begin(), permuted.pairs.end(), [](const MatchedPair& a, const MatchedPair& b) { return a.query < b.query; });
  CHECK(permuted == plain);
}

TEST_CASE("Of duplicates the first is matched, wherever it stands") {
  LocalFeatures photo = coarse({10, 14}, 16, 8);  // three panels
  const std::vector<std::size_t> equal{5, 6, 63, 64, 139};
  for (const std::size_t i : equal)
    std::copy_n(photo.values.begin() + 5 * 16, 16, photo.values.begin() + static_cast<std::ptrdiff_t>(i * 16));
  const LocalMatch match = MutualNearest<>()(photo, photo);
  CHECK(match.pairs == by_definition(photo, photo));
  for (const MatchedPair& pair : match.pairs)
    CHECK(std::find(equal.begin() + 1, equal.end(), static_cast<std::size_t>(pair.query)) == equal.end());

  const LocalFeatures same{{4, 4}, 3, std::vector<float>(48, 1.0F)};
  CHECK(MutualNearest<>()(same, same).pairs == std::vector<MatchedPair>{{0, 0, 3}});
  CHECK(MutualNearest<vpr::SelaVprScore>()(same, same).score == 0);
  CHECK(MutualNearest<vpr::SelaVprTrainingSimilarity>()(same, same).score == 3);
}

TEST_CASE("A photo without features matches nothing and scores 0 by every rule") {
  const LocalFeatures none{{0, 5}, 4, {}}, some = fine({2, 2}, 4, 9);
  const auto check = [&]<class Score>(const MutualNearest<Score>& matcher) {
    CHECK(matcher(none, some) == LocalMatch{});
    CHECK(matcher(some, none) == LocalMatch{});
    CHECK(matcher(none, none) == LocalMatch{});
  };
  check(MutualNearest<vpr::MatchCount>());
  check(MutualNearest<vpr::MeanSimilarity>());
  check(MutualNearest<vpr::SelaVprScore>());
  check(MutualNearest<vpr::SelaVprTrainingSimilarity>());
  CHECK(vpr::NearestFinder(none)(none).mutual().empty());
  CHECK(vpr::NearestFinder(none)(some).mutual().empty());
  CHECK(vpr::NearestFinder(some)(none).mutual().empty());
}

TEST_CASE("Matches have the same bits on any number of threads, and with the query prepared once") {
  const LocalFeatures query = fine({21, 23}, 70, 10);
  for (const Grid grid : {Grid{1, 1}, Grid{19, 17}, Grid{40, 10}}) {
    const LocalFeatures candidate = fine(grid, 70, 11);
    const MutualNearest<vpr::MeanSimilarity> matcher;
    const auto prepared = matcher.prepare(query);
    LocalMatch alone;
    {
      const Threads one(1);
      alone = matcher(query, candidate);
    }
    for (const int count : {1, 2, 5}) {
      const Threads several(count);
      CHECK(matcher(prepared, candidate) == alone);
    }
  }
}

TEST_CASE("Features that do not compare are refused") {
  const LocalFeatures query = fine({2, 2}, 4, 12);
  CHECK_THROWS_WITH(MutualNearest<>()(query, fine({2, 2}, 5, 13)), ContainsSubstring("candidate feature rows have 5 numbers, expected 4"));
  LocalFeatures broken = query;
  broken.values[9] = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_WITH(MutualNearest<>()(query, broken), ContainsSubstring("candidate feature 2 holds nan at 1"));
  CHECK_THROWS_WITH(MutualNearest<>()(broken, query), ContainsSubstring("query feature 2 holds nan at 1"));
  broken.values.pop_back();
  CHECK_THROWS_AS(MutualNearest<>()(query, broken), vpr::ShapeError);
}

namespace {

/// Whether a comparison gives the same by way of products of bytes as without, to the last bit, in both directions.
bool filters_right(const LocalFeatures& query, const LocalFeatures& candidate) {
  const vpr::NearestBothWays plain = vpr::NearestFinder(query, false)(candidate), filtered = vpr::NearestFinder(query, true)(candidate);
  return plain.of_query.index == filtered.of_query.index && plain.of_query.similarity == filtered.of_query.similarity &&
         plain.of_candidate.index == filtered.of_candidate.index && plain.of_candidate.similarity == filtered.of_candidate.similarity;
}

}  // namespace

TEST_CASE("Nearest neighbours filtered by products of bytes are those of float, to the last bit") {
  for (const std::int64_t channels : {1, 2, 3, 4, 5, 16, 31, 128, 129, 300}) {
    for (const auto& [a, b] : {std::pair{Grid{1, 1}, Grid{3, 7}}, std::pair{Grid{7, 9}, Grid{8, 8}}, std::pair{Grid{5, 13}, Grid{1, 1}},
                               std::pair{Grid{10, 20}, Grid{11, 18}}}) {
      CAPTURE(channels, a.patches(), b.patches());
      REQUIRE(filters_right(fine(a, channels, 14), fine(b, channels, 15)));
      REQUIRE(filters_right(coarse(a, channels, 16), coarse(b, channels, 17)));  // ties
    }
  }
  const LocalFeatures none{{0, 5}, 4, {}}, some = fine({2, 2}, 4, 18);
  CHECK(filters_right(none, some));
  CHECK(filters_right(some, none));
}

TEST_CASE("Nearest neighbours are filtered right where rounding says nothing, and where features are hostile") {
  constexpr std::int64_t channels = 40;
  const LocalFeatures query = fine({20, 21}, channels, 19), candidate = fine({19, 20}, channels, 20);
  const auto changed = [](LocalFeatures features, auto change) {
    for (std::size_t i = 0; i < features.values.size(); ++i) features.values[i] = change(features.values[i], i / channels);
    return features;
  };
  const auto zero = [](float, std::size_t) { return 0.0F; };
  const auto equal = [](float, std::size_t) { return 0.3F; };
  const auto near = [](float x, std::size_t) { return 1 + 1e-6F * x; };
  const auto denormal = [](float x, std::size_t) { return 1e-41F * x; };
  const auto large = [](float x, std::size_t) { return 1e17F * x; };
  const auto uneven = [](float x, std::size_t row) { return x * std::pow(10.0F, static_cast<float>(row % 30) - 15); };
  CHECK(filters_right(changed(query, zero), candidate));
  CHECK(filters_right(query, changed(candidate, zero)));
  CHECK(filters_right(changed(query, equal), changed(candidate, equal)));
  CHECK(filters_right(changed(query, near), changed(candidate, near)));
  CHECK(filters_right(changed(query, denormal), candidate));
  CHECK(filters_right(changed(query, denormal), changed(candidate, denormal)));
  CHECK(filters_right(changed(query, large), changed(candidate, large)));
  CHECK(filters_right(changed(query, uneven), changed(candidate, uneven)));
  CHECK(filters_right(query, query));
}

TEST_CASE("Filtered nearest neighbours have the same bits on any number of threads") {
  const LocalFeatures query = fine({25, 23}, 64, 21), candidate = fine({30, 19}, 64, 22);
  const vpr::NearestFinder filtered(query, true);
  const std::vector<MatchedPair> alone = vpr::NearestFinder(query, false)(candidate).mutual();
  for (const int count : {1, 2, 3}) {
    const Threads several(count);
    CHECK(filtered(candidate).mutual() == alone);
    CHECK(MutualNearest<>()(query, candidate).pairs == alone);
  }
}
