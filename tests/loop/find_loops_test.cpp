// SPDX-License-Identifier: MIT
#include <vpr/loop/find_loops.hpp>

#include "tests/loop/drive.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/threads.hpp"

#include <map>
#include <set>

using namespace vpr;
using vpr::test::Drive;

namespace {

using Pair = std::pair<std::int64_t, std::int64_t>;

/// What VGGT-Long and Pi-Long do with descriptors, written as they describe it: all similarities, the top + 1 of each frame, the first of them passed
/// over.
std::vector<Pair> reference(const Drive& drive, const WholeSequenceSettings& s) {
  const auto frames = drive.size();
  std::map<Pair, double> pairs;
  for (std::int64_t i = 0; i < frames; ++i) {
    std::vector<std::pair<double, std::int64_t>> others;
    for (std::int64_t j = 0; j < frames; ++j) others.emplace_back(-drive.product(i, j), j);
    std::sort(others.begin(), others.end());
    for (std::size_t rank = 1; rank <= static_cast<std::size_t>(s.top) && rank < others.size(); ++rank) {
      const std::int64_t j = others[rank].second;
      if (-others[rank].first > static_cast<double>(s.threshold) && std::abs(i - j) > s.gap)
        pairs[{std::min(i, j), std::max(i, j)}] = -others[rank].first;
    }
  }
  std::vector<std::pair<double, Pair>> order;
  for (const auto& [pair, score] : pairs) order.emplace_back(-score, pair);
  std::sort(order.begin(), order.end());
  std::vector<Pair> left;
  std::set<std::int64_t> suppressed;
  for (const auto& [score, pair] : order) {
    const auto [first, second] = pair;
    if (suppressed.count(first) + suppressed.count(second) > 0) continue;
    left.emplace_back(second, first);
    for (std::int64_t k = std::max<std::int64_t>(0, first - s.suppression); k < std::min(first + s.suppression + 1, second); ++k)
      suppressed.insert(k);
    for (std::int64_t k = std::max(first + 1, second - s.suppression); k <= second + s.suppression; ++k) suppressed.insert(k);
  }
  return left;
}

std::vector<Pair> pairs_of(const std::vector<Loop>& loops) {
  std::vector<Pair> pairs;
  for (const Loop& loop : loops) pairs.emplace_back(loop.frame, loop.match);
  return pairs;
}

}  // namespace

TEST_CASE("The pairs of VGGT-Long and Pi-Long are those of a plain reference") {
  for (const std::uint64_t seed : {1, 2, 3, 4, 5, 6}) {
    const Drive drive(160 + static_cast<std::int64_t>(40 * seed), 24, seed);
    for (const WholeSequenceSettings& settings : {WholeSequenceSettings{}, WholeSequenceSettings{.threshold = 0.7F},
                                                  WholeSequenceSettings{.top = 30}, WholeSequenceSettings{.top = 30, .threshold = 0.3F},
                                                  WholeSequenceSettings{.top = 9, .gap = 3, .threshold = 0, .suppression = 4}}) {
      const auto expected = reference(drive, settings);
      const Threads threads(seed % 2 == 0 ? 1 : 3);
      CHECK(pairs_of(find_loops(drive.rows(), settings)) == expected);
    }
    CHECK(reference(drive, {.top = 30}).size() >= 2);  // there is something to agree on
  }
}

TEST_CASE("Frames close in time take up places among the top, and the best match is passed over even where it is another frame") {
  // Frames 0 and 20 are equal: of frame 20 frame 0 comes first, by its lower id, and is passed over; frame 0 finds frame 20.
  std::vector<float> same(40 * 2, 0.0F);
  for (std::size_t i = 0; i < 40; ++i)
    same[2 * i] = i % 20 == 0 ? 0.0F : 1.0F / static_cast<float>(i + 2), same[2 * i + 1] = i % 20 == 0 ? 1.0F : 0.0F;
  const std::vector<Loop> loops = find_loops(Rows(same.data(), 40, 2), {.top = 1, .suppression = 0});
  REQUIRE(loops.size() == 1);
  CHECK(loops[0].frame == 20);
  CHECK(loops[0].match == 0);
  CHECK(loops[0].score == 1);
}

TEST_CASE("Few frames, or none, have no loops") {
  CHECK(find_loops(Rows(nullptr, 0, 8)).empty());
  const Drive drive(3, 8, 1);
  CHECK(find_loops(drive.rows()).empty());
  CHECK_THROWS_AS(find_loops(drive.rows(), {.top = -1}), ConfigError);
}

TEST_CASE("By L2 less is better") {
  const Drive drive(300, 16, 9);
  const auto by_product = find_loops(drive.rows(), {.top = 20, .threshold = 0.8F});
  const auto by_distance = find_loops<L2>(drive.rows(), {.top = 20, .threshold = 2 - 2 * 0.8F});
  CHECK(pairs_of(by_product) == pairs_of(by_distance));
  CHECK(!by_product.empty());
}
