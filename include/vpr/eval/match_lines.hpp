// SPDX-License-Identifier: MIT
/// @file
/// Matched local features as lines between two pictures.
#pragma once

#include <vpr/matcher/concept.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace vpr {

/// A point of one picture and one of another, from 0 at the left and upper edge to 1 at the right and lower one.
struct MatchLine {
  float query_x = 0, query_y = 0, candidate_x = 0, candidate_y = 0;

  friend bool operator==(const MatchLine&, const MatchLine&) = default;
};

/// The `most` most similar pairs of a match, best first, equal ones in their order, between their places on the two photos: what the network saw
/// of them, which is the whole photo unless its preprocessing crops.
/// @throws ShapeError  for a pair that is of other places
inline std::vector<MatchLine> match_lines(const LocalMatch& match, const LocalPlaces& query, const LocalPlaces& candidate,
                                          std::size_t most) {
  std::vector<MatchedPair> best = match.pairs;
  std::stable_sort(best.begin(), best.end(), [](const MatchedPair& a, const MatchedPair& b) { return a.similarity > b.similarity; });
  best.resize(std::min(best.size(), most));
  std::vector<MatchLine> lines;
  for (const MatchedPair& pair : best) {
    const Keypoint from = query[pair.query], to = candidate[pair.candidate];
    lines.push_back({from.x, from.y, to.x, to.y});
  }
  return lines;
}

}  // namespace vpr
