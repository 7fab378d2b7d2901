// SPDX-License-Identifier: MIT
/// @file
/// How the frames before one count in where it was taken.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/core/finite.hpp>

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <span>
#include <vector>

namespace vpr {

/// What turns the scores of one frame against all known places into scores that take the frames before it into account:
/// `sequence(scores, out)` for frame after frame. Of both kinds of scores more is better. Places lie in the order in which they were passed;
/// from frame to frame there may be more of them, never fewer. `scores` and `out` are as long as there are places; scores are finite.
template <class S>
concept SequencePolicy = requires(S sequence, std::span<const float> scores, std::span<float> out) {
  sequence(scores, out);
};

/// Each frame by itself.
struct SingleFrames {
  void operator()(std::span<const float> scores, std::span<float> out) const { std::copy(scores.begin(), scores.end(), out.begin()); }
};

static_assert(SequencePolicy<SingleFrames>);

/// A policy applied to a drive that is there as a whole.
///
/// @param scores  Q×N row-major: of each of Q frames in their order against N places in theirs, more being better
/// @return        likewise what `sequence` makes of them
/// @throws ShapeError  unless there are whole rows; FormatError for NaN or infinity
template <SequencePolicy Sequence>
std::vector<float> sequence_scores(std::span<const float> scores, std::int64_t places, Sequence sequence) {
  VPR_REQUIRE(ShapeError, places >= 1 && std::ssize(scores) % places == 0, "sequence_scores: got ", scores.size(), " scores for rows of ",
              places, " places");
  VPR_REQUIRE(FormatError, std::all_of(scores.begin(), scores.end(), [](float score) { return is_finite(score); }),
              "sequence_scores: a score is not finite");
  std::vector<float> out(scores.size());
  const auto row = static_cast<std::size_t>(places);
  for (std::size_t begin = 0; begin < scores.size(); begin += row) sequence(scores.subspan(begin, row), std::span(out).subspan(begin, row));
  return out;
}

}  // namespace vpr
