// SPDX-License-Identifier: MIT
#include <vpr/matcher/any.hpp>
#include <vpr/matcher/fundamental.hpp>
#include <vpr/matcher/verified.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

#include <vector>

using vpr::Grid;
using vpr::LocalFeatures;
using vpr::LocalMatch;
using vpr::MatchedPair;
using vpr::Verified;

namespace {

/// Says that feature i of the query is feature i of the candidate.
struct InOrder {
  LocalMatch operator()(const LocalFeatures& query, const LocalFeatures& candidate) const {
    LocalMatch match;
    for (std::int32_t i = 0; i < std::min(query.size(), candidate.size()); ++i) match.pairs.push_back({i, i, 1});
    match.score = static_cast<float>(match.pairs.size());
    return match;
  }
};

/// Features of a grid whose content is shifted by a column: its last column shows something new.
LocalFeatures shifted(const LocalFeatures& photo) {
  LocalFeatures moved = photo;
  const std::vector<float> others = random_floats(std::ssize(photo.values), 9);
  for (std::int64_t i = 0; i < photo.size(); ++i) {
    const bool is_new = i % photo.grid.width == photo.grid.width - 1;
    const auto source = (is_new ? others.begin() : photo.values.begin()) + (is_new ? i : i + 1) * photo.channels;
    std::copy_n(source, photo.channels, moved.values.begin() + i * photo.channels);
  }
  return moved;
}

}  // namespace

TEST_CASE("The score is how many pairs agree on one homography, and those are the pairs") {
  const LocalFeatures photo{{6, 8}, 16, random_floats(6 * 8 * 16, 1)};
  const LocalFeatures candidate = shifted(photo);
  const LocalMatch found = Verified<>{{}, {.threshold = 0.5}}(photo, candidate);
  CHECK(found.score == 42);
  REQUIRE(found.pairs.size() == 42);
  for (const MatchedPair& pair : found.pairs) CHECK(pair.candidate == pair.query - 1);
  const vpr::AnyMatcher<> any = Verified<>{{}, {.threshold = 0.5}};
  CHECK(any(any.prepare(photo), candidate) == found);
}

TEST_CASE("Keypoints are compared where they are, in cells of the grid") {
  LocalFeatures query{{100, 200}, 1, {}}, candidate{{50, 100}, 1, {}};
  const std::vector<float> places = random_floats(40, 2);
  for (std::size_t i = 0; i < 20; ++i) {
    const float x = places[2 * i] / 2 + 0.5F, y = places[2 * i + 1] / 2 + 0.5F;
    query.keypoints.push_back({x, y, 1});
    candidate.keypoints.push_back({i < 15 ? x / 2 + 0.1F : y, i < 15 ? y / 2 : x, 1});
    query.values.push_back(1);
    candidate.values.push_back(1);
  }
  const LocalMatch found = Verified<InOrder>{{}, {.threshold = 0.5}}(query, candidate);
  CHECK(found.score >= 15);
  for (std::int32_t i = 0; i < 15; ++i) CHECK(found.pairs[static_cast<std::size_t>(i)].query == i);
  CHECK(vpr::correspondence({3, 3, 1}, query.places(), candidate.places()).from.x() == Approx(200 * double{query.keypoints[3].x}));
}

TEST_CASE("A photo without features, or with too few, scores 0") {
  const LocalFeatures none{{0, 0}, 4, {}}, some{{2, 2}, 4, random_floats(16, 3)}, three{{1, 3}, 4, random_floats(12, 4)};
  CHECK(Verified<>()(none, some) == LocalMatch{});
  CHECK(Verified<>()(some, none) == LocalMatch{});
  CHECK(Verified<>()(three, three) == LocalMatch{});
  CHECK(Verified<vpr::MutualNearest<>, vpr::Fundamental>()(some, some).score == 0);
}
