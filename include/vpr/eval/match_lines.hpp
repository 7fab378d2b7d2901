// SPDX-License-Identifier: MIT
/// @file
/// Matched local features as lines between two pictures.
#pragma once

#include <vpr/matcher/concept.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace vpr {

/// A point of one picture and one of another, from 0 at the left and upper edge to 1 at the right and lower one.
struct MatchLine {
  float query_x = 0, query_y = 0, candidate_x = 0, candidate_y = 0;

  friend bool operator==(const MatchLine&, const MatchLine&) = default;
};

/// The `most` most similar pairs of a match, best first, equal ones in their order, between the centres of their places on the two
/// grids. The grids cover what the network saw: the whole photo unless its preprocessing crops.
/// @throws ShapeError  for a place that is not on its grid
inline std::vector<MatchLine> match_lines(const LocalMatch& match, Grid query, Grid candidate, std::size_t most) {
  std::vector<MatchedPair> best = match.pairs;
  std::stable_sort(best.begin(), best.end(), [](const MatchedPair& a, const MatchedPair& b) { return a.similarity > b.similarity; });
  best.resize(std::min(best.size(), most));
  std::vector<MatchLine> lines;
  const auto place = [](std::int64_t index, Grid grid, float& x, float& y) {
    VPR_REQUIRE(ShapeError, index >= 0 && index < grid.patches(), "match lines: got place ", index, " on a grid of ", grid.height, "x",
                grid.width);
    x = (static_cast<float>(index % grid.width) + 0.5F) / static_cast<float>(grid.width);
    y = (static_cast<float>(index / grid.width) + 0.5F) / static_cast<float>(grid.height);
  };
  for (const MatchedPair& pair : best) {
    MatchLine& line = lines.emplace_back();
    place(pair.query, query, line.query_x, line.query_y);
    place(pair.candidate, candidate, line.candidate_x, line.candidate_y);
  }
  return lines;
}

}  // namespace vpr
