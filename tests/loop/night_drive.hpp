// SPDX-License-Identifier: MIT
/// Scores of a drive at night against one by day, for tests of sequence policies: at the right place they are a little higher than elsewhere, on
/// average, and some places are like all others.
#pragma once

#include "tests/support/random.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <vector>

namespace vpr::test {

class NightDrive {
 public:
  /// @param velocity  places by day that each frame at night passes
  explicit NightDrive(double velocity, std::uint64_t seed = 1) {
    const auto frames = static_cast<std::int64_t>(static_cast<double>(places_) / std::max(1.0, std::abs(velocity)));
    const std::vector<float> noise = random_floats(frames * places_, seed), offset = random_floats(places_, seed + 1);
    for (std::int64_t t = 0; t < frames; ++t) {
      const double from = velocity > 0 ? 0.0 : static_cast<double>(places_ - 1);
      right_.push_back(std::llround(from + velocity * static_cast<double>(t)));
      for (std::int64_t i = 0; i < places_; ++i) {
        const auto away = static_cast<float>(std::abs(i - right_.back()));
        scores_.push_back(0.6F + 0.08F * noise[static_cast<std::size_t>(t * places_ + i)] + 0.05F * offset[static_cast<std::size_t>(i)] +
                          0.09F * std::exp(-away * away / 2));
      }
    }
  }

  std::int64_t places() const { return places_; }
  std::int64_t frames() const { return std::ssize(right_); }
  std::int64_t right(std::int64_t frame) const { return right_[static_cast<std::size_t>(frame)]; }
  const std::vector<float>& scores() const { return scores_; }

  /// The share of frames whose best place is at most two from the right one, after the first ten.
  double recall(const std::vector<float>& scores) const {
    double right = 0;
    for (std::int64_t t = 10; t < frames(); ++t) {
      const auto row = scores.begin() + t * places_;
      const auto best = std::max_element(row, row + places_) - row;
      right += std::abs(best - this->right(t)) <= 2 ? 1 : 0;
    }
    return right / static_cast<double>(frames() - 10);
  }

 private:
  static constexpr std::int64_t places_ = 200;
  std::vector<std::int64_t> right_;
  std::vector<float> scores_;
};

}  // namespace vpr::test
