// SPDX-License-Identifier: MIT
/// @file
/// The loops of a sequence that is there as a whole.
#pragma once

#include <vpr/index/flat.hpp>
#include <vpr/loop/loop.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <utility>
#include <vector>

namespace vpr {

/// How loops of a whole sequence are found. The defaults are those of Pi-Long; VGGT-Long's differ in the threshold, 0.7.
struct WholeSequenceSettings {
  std::int64_t top = 5;           ///< matches of each frame that are looked at, the best one of all frames, mostly itself, not counted
  std::int64_t gap = 10;          ///< frames: of those matches, the ones more than so many frames away are loops
  float threshold = 0.85F;        ///< a loop's score is better than this
  std::int64_t suppression = 25;  ///< radius in frames, see `suppress_neighbours`; 0: none
};

/// The loops that VGGT-Long and Pi-Long find (Deng et al., 2025), the best first: each frame is compared with all others, those close in time
/// among them, which take up places among the `top`. Equal scores come by lower match, then lower frame. A pair that both of its frames find is
/// one loop, with the better of the two scores. The same descriptors give the same pairs; theirs are of SALAD at 336×336 in half precision.
///
/// @param descriptors  N×D, frame after frame, of unit length for `InnerProduct`. `L2` compares squared distances, less being better
/// @throws ShapeError, FormatError as `Index` says; ConfigError for a negative number in the settings
template <class Metric = InnerProduct>
std::vector<Loop> find_loops(RowsArgument descriptors, const WholeSequenceSettings& settings = {}) {
  VPR_REQUIRE(ConfigError, settings.top >= 0 && settings.gap >= 0 && settings.suppression >= 0, "find_loops: got top ", settings.top,
              ", gap ", settings.gap, ", suppression ", settings.suppression, ", expected at least 0 each");
  if (descriptors.size() == 0) return {};
  FlatIndex<Metric> index(descriptors.dim());
  index.add(descriptors);
  const std::vector<Matches> found = index.search(descriptors, settings.top + 1);
  std::vector<Loop> loops;
  for (std::int64_t frame = 0; frame < descriptors.size(); ++frame) {
    const Matches& matches = found[static_cast<std::size_t>(frame)];
    for (std::size_t rank = 1; rank < matches.size(); ++rank) {
      const auto [other, score] = matches[rank];
      if (Metric::better(score, settings.threshold) && std::abs(frame - other) > settings.gap)
        loops.push_back({.frame = std::max(frame, other), .match = std::min(frame, other), .score = score});
    }
  }
  std::sort(loops.begin(), loops.end(), [](const Loop& a, const Loop& b) {
    return a.score != b.score ? Metric::better(a.score, b.score) : std::pair(a.match, a.frame) < std::pair(b.match, b.frame);
  });
  std::set<std::pair<std::int64_t, std::int64_t>> seen;
  std::erase_if(loops, [&](const Loop& loop) { return !seen.emplace(loop.match, loop.frame).second; });
  return suppress_neighbours(loops, settings.suppression);
}

}  // namespace vpr
