// SPDX-License-Identifier: MIT
/// @file
/// Geometric verification: only pairs that agree on one model of the two views count.
#pragma once

#include <vpr/matcher/concept.hpp>
#include <vpr/matcher/homography.hpp>
#include <vpr/matcher/mutual_nearest.hpp>

#include <cstddef>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace vpr {

/// A pair's places on the two photos, in cells of the photos' grids.
inline Correspondence correspondence(const MatchedPair& pair, const LocalPlaces& query, const LocalPlaces& candidate) {
  const auto point = [](const LocalPlaces& places, std::int64_t index) {
    const Keypoint place = places[index];
    return Eigen::Vector2d(static_cast<double>(place.x) * static_cast<double>(places.grid.width),
                           static_cast<double>(place.y) * static_cast<double>(places.grid.height));
  };
  return {point(query, pair.query), point(candidate, pair.candidate)};
}

/// Another matcher, whose pairs must agree on a geometric model of the two views: the score is how many do, found by RANSAC, and the pairs
/// are those. A match with fewer pairs than determine the model scores 0.
///
/// @tparam M      the matcher that finds pairs
/// @tparam Model  a `Homography` or a `Fundamental`
template <Matcher M = MutualNearest<>, GeometricModel Model = Homography>
struct Verified {
  M matcher{};
  RansacSettings ransac{};  ///< the unit of its threshold is a cell of the grid

  /// A query, prepared as the matcher does, and where its features lie.
  template <class Query>
  struct Prepared {
    Query query;
    LocalPlaces places;
  };

  auto prepare(const LocalFeatures& query) const {
    if constexpr (requires { matcher.prepare(query); }) {
      return Prepared<decltype(matcher.prepare(query))>{matcher.prepare(query), query.places()};
    } else {
      return Prepared<const LocalFeatures&>{query, query.places()};
    }
  }
  void prepare(const LocalFeatures&& query) const = delete;

  template <class Query>
  LocalMatch operator()(const Prepared<Query>& query, const LocalFeatures& candidate) const {
    LocalMatch match = matcher(query.query, candidate);
    std::vector<Correspondence> all;
    const LocalPlaces places = candidate.places();
    for (const MatchedPair& pair : match.pairs) all.push_back(correspondence(pair, query.places, places));
    std::vector<MatchedPair> verified;
    for (const std::int32_t i : vpr::ransac<Model>(all, ransac).inliers) verified.push_back(match.pairs[static_cast<std::size_t>(i)]);
    return {static_cast<float>(verified.size()), std::move(verified)};
  }
  LocalMatch operator()(const LocalFeatures& query, const LocalFeatures& candidate) const { return (*this)(prepare(query), candidate); }
  std::string_view score_name() const { return "inliers"; }
};

static_assert(Matcher<Verified<>>);

}  // namespace vpr
