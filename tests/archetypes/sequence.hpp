// SPDX-License-Identifier: MIT
#pragma once

#include <vpr/loop/sequence.hpp>

/// The mean of a place's score now and of the place before it in the frame before: one place a frame.
struct WithTheFrameBefore {
  std::vector<float> before = {};

  void operator()(std::span<const float> scores, std::span<float> out) {
    for (std::size_t i = 0; i < scores.size(); ++i) out[i] = (scores[i] + (i > 0 && i <= before.size() ? before[i - 1] : scores[i])) / 2;
    before.assign(scores.begin(), scores.end());
  }
};

static_assert(vpr::SequencePolicy<WithTheFrameBefore>);
