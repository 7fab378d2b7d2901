// SPDX-License-Identifier: MIT
#include <vpr/matcher/any.hpp>
#include <vpr/matcher/patches.hpp>
#include <vpr/matcher/rerank.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

#include <cmath>
#include <span>
#include <vector>

using vpr::Grid;
using vpr::LocalFeatures;
using vpr::LocalMatch;
using vpr::PatchMatcher;
using vpr::PatchMatcherSettings;
using vpr::PatchScale;
using vpr::PatchScoring;

namespace {

const std::vector<PatchScale> scales{{1, 1}, {2, 1}};

/// Patches of unit length.
LocalFeatures photo(Grid grid, std::uint64_t seed) {
  LocalFeatures features{grid, 8};
  features.keypoints = vpr::patch_places(grid, scales);
  features.values = random_floats(features.size() * 8, seed);
  for (std::size_t i = 0; i < features.values.size(); i += 8) {
    float squares = 0;
    for (std::size_t k = i; k < i + 8; ++k) squares += features.values[k] * features.values[k];
    for (std::size_t k = i; k < i + 8; ++k) features.values[k] /= std::sqrt(squares);
  }
  return features;
}

/// The photo moved to the left by a cell; what comes in on the right is new.
LocalFeatures moved(const LocalFeatures& from) {
  LocalFeatures to = photo(from.grid, 77);
  std::size_t begin = 0;
  for (const PatchScale& scale : scales) {
    const Grid positions = scale.window().positions(from.grid);
    for (std::int64_t i = 0; i < positions.patches(); ++i) {
      if (i % positions.width == positions.width - 1) continue;
      const auto place = static_cast<std::ptrdiff_t>(begin) + i;
      std::copy_n(from.values.begin() + (place + 1) * 8, 8, to.values.begin() + place * 8);
    }
    begin += static_cast<std::size_t>(positions.patches());
  }
  return to;
}

PatchMatcher matcher(PatchScoring scoring) { return PatchMatcher({scales, {0.75F, 0.25F}, scoring}); }

}  // namespace

TEST_CASE("Patches of both sizes that moved alike are counted, over how many there are") {
  const LocalFeatures query = photo({5, 6}, 1), candidate = moved(query);
  const LocalMatch match = matcher(PatchScoring::homography)(query, candidate);
  CHECK(match.parts == std::vector<float>{25.0F / 30, 16.0F / 20});
  CHECK(match.score == Approx(0.75 * 25 / 30 + 0.25 * 16 / 20));
  REQUIRE(match.pairs.size() == 41);
  for (const vpr::MatchedPair& pair : match.pairs) CHECK(pair.candidate == pair.query - 1);
  CHECK(match.pairs.back().query == 49);
}

TEST_CASE("Spatial scoring rewards displacements by how near their mean they are") {
  const LocalFeatures query = photo({5, 6}, 2);
  const LocalMatch same = matcher(PatchScoring::spatial)(query, query);
  CHECK(same.parts == std::vector<float>{5 * 5 + 4 * 4, 4 * 4 + 3 * 3});  // nothing moved
  const LocalMatch other = matcher(PatchScoring::spatial)(query, photo({5, 6}, 3));
  CHECK(other.parts[0] < same.parts[0]);
  CHECK(other.parts[0] > 0);
}

TEST_CASE("Among a query's candidates each size is standardised before sizes are weighed") {
  std::vector<LocalMatch> matches{{0, {}, {1, 5}}, {0, {}, {3, 5}}, {0, {}, {5, 5}}};
  matcher(PatchScoring::spatial).compared(matches);
  CHECK(matches[0].score == Approx(-0.75 * std::sqrt(1.5)));
  CHECK(matches[1].score == Approx(0));
  CHECK(matches[2].score == Approx(0.75 * std::sqrt(1.5)));
  matcher(PatchScoring::spatial).compared(std::span<LocalMatch>());
}

TEST_CASE("Re-ranked, the candidate that shows the place comes first") {
  const LocalFeatures query = photo({5, 6}, 4);
  vpr::MemoryLocalStore store(vpr::LocalPrecision::float16);
  for (const std::uint64_t seed : {5, 6, 7}) store.add(photo({5, 6}, seed));
  store.add(moved(query));
  for (const PatchScoring scoring : {PatchScoring::spatial, PatchScoring::homography}) {
    const auto result = vpr::rerank({{0, 1}, {1, 0.9F}, {2, 0.8F}, {3, 0.7F}}, 4, query, store, vpr::AnyMatcher<>(matcher(scoring)));
    CHECK(result.matches[0].id == 3);
    CHECK(result.local[0].score == Approx(std::sqrt(3.0)).epsilon(0.1));
  }
}

TEST_CASE("A photo without features scores 0; features of other sizes are refused") {
  const LocalFeatures query = photo({5, 6}, 8), none{{0, 0}, 8};
  CHECK(matcher(PatchScoring::homography)(none, query).score == 0);
  CHECK(matcher(PatchScoring::homography)(query, none).parts == std::vector<float>{0, 0});
  LocalFeatures dense{{5, 6}, 8, random_floats(5 * 6 * 8, 9)};
  CHECK_THROWS_WITH(matcher(PatchScoring::spatial)(dense, dense), ContainsSubstring("got 30 patches of a grid of 5x6"));
  CHECK_THROWS_WITH(PatchMatcher({scales, {1}, PatchScoring::spatial}), ContainsSubstring("got 2 patch sizes and 1 weights"));
}
