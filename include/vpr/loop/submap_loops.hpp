// SPDX-License-Identifier: MIT
/// @file
/// The loops of a sequence that is cut into submaps.
#pragma once

#include <vpr/loop/loop_closer.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace vpr {

/// How a sequence is cut and which loops its submaps have. The defaults are those of VGGT-SLAM.
struct SubmapLoopSettings {
  std::int64_t submap = 16;  ///< new frames of a submap
  std::int64_t overlap = 1;  ///< frames that it shares with the one before it
  float threshold = 0.95F;   ///< a loop's distance is less than this
};

/// The loops that VGGT-SLAM finds (Maggio, Lim and Carlone, 2025), by submap: see `LoopSettings::vggt_slam`, which does the same as frames come. The
/// first submap has `overlap` more new frames; the last one has what is left. The same descriptors give the same pairs.
///
/// @param descriptors  N×D, frame after frame
/// @return  loops whose score is the distance |a - b|; of a frame that two submaps share, as a match, the earlier one counts
/// @throws ShapeError, FormatError as `Index` says; ConfigError for a submap without new frames, or a negative overlap or threshold
inline std::vector<Loop> find_submap_loops(RowsArgument descriptors, const SubmapLoopSettings& settings = {}) {
  VPR_REQUIRE(ConfigError, settings.submap >= 1 && settings.overlap >= 0 && settings.threshold >= 0, "find_submap_loops: got submaps of ",
              settings.submap, " new frames, ", settings.overlap, " shared ones, a threshold of ", settings.threshold,
              ", expected at least 1, 0 and 0");
  std::vector<Loop> loops;
  if (descriptors.size() == 0) return loops;
  const std::int64_t submap = std::min(settings.submap, descriptors.size()), overlap = std::min(settings.overlap, descriptors.size());
  LoopSettings rules = LoopSettings::vggt_slam();
  rules.rule.threshold = settings.threshold * settings.threshold;
  LoopCloser closer(FlatIndex<L2>(descriptors.dim()), rules);
  std::vector<std::int64_t> frame_of;  // the closer counts shared frames twice
  for (std::int64_t begin = 0; begin + (begin > 0 ? overlap : 0) < descriptors.size(); begin += submap) {
    const std::int64_t end = std::min(descriptors.size(), begin + submap + overlap);
    for (std::int64_t frame = begin; frame < end; ++frame) {
      frame_of.push_back(frame);
      closer.add({descriptors[frame], static_cast<std::size_t>(descriptors.dim())});
    }
    for (Loop loop : closer.end_submap()) {
      loop.frame = frame_of[static_cast<std::size_t>(loop.frame)];
      loop.match = frame_of[static_cast<std::size_t>(loop.match)];
      loop.score = std::sqrt(loop.score);
      loops.push_back(loop);
    }
  }
  return loops;
}

}  // namespace vpr
