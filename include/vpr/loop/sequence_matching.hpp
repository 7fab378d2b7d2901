// SPDX-License-Identifier: MIT
/// @file
/// Sequence matching: a place is where the frames before this one fit, too.
#pragma once

#include <vpr/core/parallel.hpp>
#include <vpr/loop/sequence.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <span>
#include <vector>

namespace vpr {

struct SequenceMatchingSettings {
  std::int64_t frames = 10;  ///< length of the window L, this frame included
  double slowest = 0.8;      ///< places a frame; negative: known places are passed backwards
  double fastest = 1.2;
  double velocity_step = 0.1;
  std::int64_t contrast_radius = 10;  ///< places to both sides that a score is normalised by, see below; 0: scores as they come
};

/// SeqSLAM's search (Milford and Wyeth, ICRA 2012): out[i] = max_v 1/L Σ_{l<L} ŝ_{t-l}[i - round(v l)], where ŝ is the score of a frame,
/// less the mean of the scores within `contrast_radius` places around it, over their standard deviation. What lies outside the known places,
/// or before the first frame, counts as 0, the average. Scores in place of differences: more is better.
///
/// A narrow normalisation, such as SeqSLAM's of 10, finds places in other light, but makes all places alike in how much they stand out: in one light,
/// and among many places, a radius of hundreds separates right ones from wrong ones better.
///
/// Holds L rows of N floats. A frame takes about 2·N·L·V additions for V velocities. The result does not depend on the number of threads.
class SequenceMatching {
 public:
  /// @throws ConfigError  for a window below 1, a negative radius, or velocities that are no range
  explicit SequenceMatching(const SequenceMatchingSettings& settings = {}) : settings_(settings) {
    const SequenceMatchingSettings& s = settings;
    VPR_REQUIRE(ConfigError, s.frames >= 1 && s.contrast_radius >= 0, "SequenceMatching: got ", s.frames,
                " frames and a contrast radius of ", s.contrast_radius, ", expected at least 1 and 0");
    VPR_REQUIRE(ConfigError,
                is_finite(s.slowest) && is_finite(s.fastest) && s.slowest <= s.fastest && s.velocity_step > 0 &&
                    (s.fastest - s.slowest) / s.velocity_step <= 1000,
                "SequenceMatching: got velocities from ", s.slowest, " to ", s.fastest, " by ", s.velocity_step,
                ", expected a range of at most 1000 steps");
    for (int step = 0; s.slowest + step * s.velocity_step <= s.fastest + 1e-9; ++step) {
      std::vector<std::int64_t> offsets;
      for (std::int64_t l = 0; l < s.frames; ++l)
        offsets.push_back(std::llround((s.slowest + step * s.velocity_step) * static_cast<double>(l)));
      if (lines_.empty() || lines_.back() != offsets) lines_.push_back(std::move(offsets));
    }
  }

  void operator()(std::span<const float> scores, std::span<float> out) {
    rows_.push_front(normalised(scores));
    if (std::ssize(rows_) > settings_.frames) rows_.pop_back();
    constexpr std::int64_t share = 4096;
    const std::int64_t places = std::ssize(scores);
    parallel_for((places + share - 1) / share, [&](std::int64_t part) {
      const std::int64_t begin = part * share, end = std::min(places, begin + share);
      std::fill(out.begin() + begin, out.begin() + end, -std::numeric_limits<float>::infinity());
      std::vector<float> sums(static_cast<std::size_t>(end - begin));
      for (const std::vector<std::int64_t>& line : lines_) {
        std::fill(sums.begin(), sums.end(), 0.0F);
        for (std::size_t l = 0; l < rows_.size(); ++l) {
          const std::int64_t offset = line[l], first = std::max(begin, offset), last = std::min(end, std::ssize(rows_[l]) + offset);
          for (std::int64_t i = first; i < last; ++i)
            sums[static_cast<std::size_t>(i - begin)] += rows_[l][static_cast<std::size_t>(i - offset)];
        }
        for (std::int64_t i = begin; i < end; ++i) {
          float& best = out[static_cast<std::size_t>(i)];
          best = std::max(best, sums[static_cast<std::size_t>(i - begin)] / static_cast<float>(settings_.frames));
        }
      }
    });
  }

 private:
  std::vector<float> normalised(std::span<const float> scores) const {
    std::vector<float> row(scores.begin(), scores.end());
    const std::int64_t radius = settings_.contrast_radius, places = std::ssize(scores);
    if (radius == 0) return row;
    std::vector<double> sum(row.size() + 1, 0), squares(row.size() + 1, 0);
    for (std::size_t i = 0; i < row.size(); ++i) {
      const double score = static_cast<double>(row[i]);
      sum[i + 1] = sum[i] + score;
      squares[i + 1] = squares[i] + score * score;
    }
    for (std::int64_t i = 0; i < places; ++i) {
      const auto begin = static_cast<std::size_t>(std::max<std::int64_t>(0, i - radius)),
                 end = static_cast<std::size_t>(std::min(places, i + radius + 1));
      const double count = static_cast<double>(end - begin), mean = (sum[end] - sum[begin]) / count;
      const double square = (squares[end] - squares[begin]) / count, variance = square - mean * mean;
      float& score = row[static_cast<std::size_t>(i)];
      // What rounding alone makes of equal scores is no contrast.
      score = variance > 1e-9 * square ? static_cast<float>((static_cast<double>(score) - mean) / std::sqrt(variance)) : 0.0F;
    }
    return row;
  }

  SequenceMatchingSettings settings_;
  std::vector<std::vector<std::int64_t>> lines_;  // of each velocity the places that it goes back, frame by frame
  std::deque<std::vector<float>> rows_;           // the newest first
};

static_assert(SequencePolicy<SequenceMatching>);

}  // namespace vpr
