// SPDX-License-Identifier: MIT
/// @file
/// Loops, and the suppression of all but the best of neighbours.
#pragma once

#include <vpr/index/concept.hpp>
#include <vpr/matcher/concept.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <set>
#include <vector>

namespace vpr {

/// Two frames of a sequence that seem to show one place. Frames are counted from 0.
struct Loop {
  std::int64_t frame = 0;  ///< the later one
  std::int64_t match = 0;  ///< the earlier one
  float score = 0;         ///< what it was accepted by: of the two descriptors, or of a sequence
  float margin = 0;        ///< how much better that is than of the best match at a different place; negative of one that is not the best
  std::optional<double> probability = {};   ///< that it is right; nothing where scores are not calibrated
  std::optional<LocalMatch> verified = {};  ///< what verification by local features found, where there is one

  friend bool operator==(const Loop&, const Loop&) = default;
};

/// Non-maximum suppression along a sequence: of `loops`, the best first, those of which neither frame lies within `radius` frames of
/// either frame of a loop that is left before them. A radius of 0 or less suppresses nothing.
inline std::vector<Loop> suppress_neighbours(const std::vector<Loop>& loops, std::int64_t radius) {
  if (radius <= 0) return loops;
  std::vector<Loop> left;
  std::set<std::int64_t> taken;  // frames of loops that are left
  const auto near_taken = [&](std::int64_t frame) {
    const auto next = taken.lower_bound(frame - radius);
    return next != taken.end() && *next <= frame + radius;
  };
  for (const Loop& loop : loops) {
    if (near_taken(loop.frame) || near_taken(loop.match)) continue;
    left.push_back(loop);
    taken.insert({loop.frame, loop.match});
  }
  return left;
}

/// The same of one frame's matches, the best first: those that are not within `radius` of one that is left before them.
inline Matches suppress_neighbours(const Matches& matches, std::int64_t radius) {
  Matches left;
  for (const Match& match : matches) {
    const auto near = [&](const Match& other) { return std::abs(match.id - other.id) <= radius; };
    if (radius <= 0 || std::none_of(left.begin(), left.end(), near)) left.push_back(match);
  }
  return left;
}

}  // namespace vpr
