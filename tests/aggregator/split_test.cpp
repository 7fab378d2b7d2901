// SPDX-License-Identifier: MIT
#include <vpr/aggregator/split.hpp>

#include "tests/support/component.hpp"

using namespace vpr;
using namespace vpr::test;

namespace {

/// Features whose channel c is 1 in row or column c alone, so that a region shows which ones it holds.
Features<X> striped(Grid grid, bool rows) {
  const std::int64_t channels = rows ? grid.height : grid.width;
  X patches = X::zeros(Shape{1, grid.patches(), channels});
  for (std::int64_t i = 0; i < grid.patches(); ++i) patches.data()[i * channels + (rows ? i / grid.width : i % grid.width)] = 1;
  return {X::full(Shape{1, channels}, 0.25F), patches, grid};
}

/// The channels that a region holds anything of.
std::vector<std::int64_t> held(const X& regions, std::int64_t region) {
  std::vector<std::int64_t> channels;
  for (std::int64_t c = 0; c < regions.shape()[2]; ++c) {
    if (regions.data()[region * regions.shape()[2] + c] > 0.1F) channels.push_back(c);
  }
  return channels;
}

using Channels = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("On a 16x16 map two cells meet at 8, three at 5 and 11, as the authors have them") {
  const SplitAggregator<Split<1, 2, 3>> split;
  for (const bool by_rows : {true, false}) {
    const X regions = split.regions(striped({16, 16}, by_rows));
    REQUIRE(regions.shape() == Shape{1, 14, 16});
    const std::int64_t step2 = by_rows ? 2 : 1, step3 = by_rows ? 3 : 1;  // from one cell to the next one along the axis
    CHECK(held(regions, 1) == Channels{0, 1, 2, 3, 4, 5, 6, 7});
    CHECK(held(regions, 1 + step2) == Channels{8, 9, 10, 11, 12, 13, 14, 15});
    CHECK(held(regions, 5) == Channels{0, 1, 2, 3, 4});
    CHECK(held(regions, 5 + step3) == Channels{5, 6, 7, 8, 9, 10});
    CHECK(held(regions, 5 + 2 * step3) == Channels{11, 12, 13, 14, 15});
  }
}

TEST_CASE("On other maps each patch is in one cell a level, at the nearest borders, and no cell is empty") {
  const SplitAggregator<Split<3>> split;
  CHECK(held(split.regions(striped({5, 3}, true)), 0) == Channels{0, 1});
  CHECK(held(split.regions(striped({5, 3}, true)), 3) == Channels{2});
  CHECK(held(split.regions(striped({5, 3}, true)), 6) == Channels{3, 4});
  for (const Grid grid : {Grid{3, 3}, Grid{7, 4}, Grid{11, 23}, Grid{16, 22}}) {
    for (const bool by_rows : {true, false}) {
      const X regions = split.regions(striped(grid, by_rows));
      Channels all;
      for (const std::int64_t cell : {0, 1, 2}) {
        const Channels part = held(regions, by_rows ? 3 * cell : cell);
        CHECK_FALSE(part.empty());
        all.insert(all.end(), part.begin(), part.end());
      }
      Channels each(static_cast<std::size_t>(by_rows ? grid.height : grid.width));
      for (std::size_t i = 0; i < each.size(); ++i) each[i] = static_cast<std::int64_t>(i);
      CHECK(all == each);
    }
  }
}

TEST_CASE("Level 1 is the class token as it is, or the GeM of all patches at unit length; all of it is of unit length") {
  const Features<X> features{tensor(Shape{1, 2}, {-3, 4}), tensor(Shape{1, 2, 2}, {6, 8, 0, 2}), {1, 2}};
  CHECK(SplitAggregator<Split<1>>().regions(features).to_vector() == std::vector<float>{-3, 4});
  const std::vector<float> unit = SplitAggregator<Split<1>>()(features).to_vector();
  CHECK(unit[0] == Approx(-0.6));
  CHECK(unit[1] == Approx(0.8));
  const std::vector<float> pooled = SplitAggregator<Split<1>>({.whole = WholeRegion::gem}).regions(features).to_vector();
  CHECK(pooled[0] == Approx(std::cbrt(0.216 / 2)));
  CHECK(pooled[1] == Approx(std::cbrt((0.512 + 1) / 2)));
}

TEST_CASE("A region does not see the order of its own patches, nor other regions") {
  const SplitAggregator<Split<2>> split;
  const Features<X> features = random_features(2, 6, {4, 6}, 1);
  std::vector<std::int64_t> order(24);
  for (std::size_t i = 0; i < 24; ++i) order[i] = static_cast<std::int64_t>(i);
  std::swap(order[0], order[8]);  // both in the top left cell of 2×3
  CHECK(largest_difference(split.regions(features).to_vector(), split.regions(reordered(features, order)).to_vector()) < 1e-6F);
  Features<X> changed = features;
  changed.patches.data()[23 * 6] += 1;  // in the bottom right cell
  const std::vector<float> before = split.regions(features).to_vector(), after = split.regions(changed).to_vector();
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (i < 18 || i >= 24) CHECK(before[i] == after[i]);
  }
  CHECK(before[18] != after[18]);
}

TEST_CASE("A split has the same bits alone, in a batch and on any threads") {
  const SplitAggregator<Split<1, 2, 3>> split;
  CHECK(split.dimensions(6) == 84);
  const std::vector<float> d = same_alone_and_in_batches(split, random_features(3, 6, {5, 7}, 1));
  for (const std::int64_t image : {0, 1, 2}) CHECK(row_length(d, 84, image) == Approx(1).epsilon(1e-6));
  CHECK(parameters(split) == std::vector<std::string>{"aggregation.1.p [1]"});
}

TEST_CASE("A split refuses a grid too small for its cells, a missing class token, and a power that is none") {
  const SplitAggregator<Split<1, 2, 3>> split;
  CHECK_THROWS_WITH(split(random_features(1, 6, {2, 9}, 1)), ContainsSubstring("Split: got a grid of 2x9, too small for 3x3 cells"));
  Features<X> features = random_features(1, 6, {3, 3}, 1);
  features.cls = X();
  CHECK_THROWS_WITH(split(features), ContainsSubstring("Split: the features have no class token; this backbone needs WholeRegion::gem"));
  CHECK(SplitAggregator<Split<1, 2, 3>>({.whole = WholeRegion::gem})(features).shape() == Shape{1, 84});
  CHECK_THROWS_AS(SplitAggregator<>({.gem = {.p = 0}}), ConfigError);
}
