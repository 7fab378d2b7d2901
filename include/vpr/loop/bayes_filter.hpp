// SPDX-License-Identifier: MIT
/// @file
/// A discrete Bayes filter over places.
#pragma once

#include <vpr/loop/sequence.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace vpr {

struct BayesFilterSettings {
  std::int64_t slowest = 0;  ///< places a frame, whole ones, all velocities from `slowest` to `fastest` alike
  std::int64_t fastest = 2;  ///< negative ones: known places are passed backwards
  double enters = 0.05;      ///< probability that a frame after one that was taken elsewhere is at a known place, any of them alike
  double leaves = 0.05;      ///< probability that a frame after one at a known place is taken elsewhere
  double elevation = 3;      ///< standard deviations that the score of the right place stands above the mean of all
  std::int64_t around = 2;   ///< places to both sides that count as the same one in the result
};

/// The probability that a frame shows each known place, given all frames until it: prediction by the motion model, then Bayes' rule. Beside the
/// places there is one state more, that the frame was taken elsewhere (as in Angeli et al., "A fast and incremental method for loop-closure detection
/// using bags of visual words", T-RO 2008). Scores count by z_i, their distance from the mean of all places in standard deviations, which is
/// taken to be normal with mean `elevation` d at the right place and mean 0 at others: of a place against elsewhere the likelihood is exp(d z_i -
/// d²/2). It starts elsewhere. Places that are new to it have no probability before.
///
/// out[i] is the probability of the places within `around` of i together, in [0, 1]. A frame takes about N · (fastest - slowest + 1) additions and N
/// exponentials. The scale and offset of scores do not matter.
class BayesFilter {
 public:
  /// @throws ConfigError  for probabilities outside (0, 1), velocities that are no range, or a negative number where none makes sense
  explicit BayesFilter(const BayesFilterSettings& settings = {}) : settings_(settings) {
    const BayesFilterSettings& s = settings;
    const auto probability = [](double value) { return value > 0 && value < 1; };
    VPR_REQUIRE(ConfigError, s.slowest <= s.fastest && s.fastest - s.slowest <= 1000, "BayesFilter: got velocities from ", s.slowest,
                " to ", s.fastest, ", expected a range of at most 1000");
    VPR_REQUIRE(ConfigError, probability(s.enters) && probability(s.leaves), "BayesFilter: got probabilities of ", s.enters,
                " to enter and ", s.leaves, " to leave, expected them between 0 and 1");
    VPR_REQUIRE(ConfigError, s.elevation >= 0 && is_finite(s.elevation) && s.around >= 0, "BayesFilter: got an elevation of ", s.elevation,
                " and ", s.around, " places around, expected finite numbers of at least 0");
  }

  /// The probability that the last frame was taken elsewhere.
  double elsewhere() const { return elsewhere_; }

  void operator()(std::span<const float> scores, std::span<float> out) {
    if (scores.empty()) return;
    belief_.resize(scores.size(), 0.0);
    predict();
    observe(scores);
    const auto around = static_cast<std::size_t>(settings_.around);
    for (std::size_t i = 0; i < belief_.size(); ++i) {
      double sum = 0;
      for (std::size_t j = i > around ? i - around : 0; j < std::min(belief_.size(), i + around + 1); ++j) sum += belief_[j];
      out[i] = static_cast<float>(std::min(sum, 1.0));
    }
  }

 private:
  void predict() {
    const auto places = std::ssize(belief_);
    const double stays = (1 - settings_.leaves) / static_cast<double>(settings_.fastest - settings_.slowest + 1);
    std::vector<double> next(belief_.size(), elsewhere_ * settings_.enters / static_cast<double>(places));
    double known = 0;  // what stays within the known places
    for (std::int64_t i = 0; i < places; ++i) {
      const double share = belief_[static_cast<std::size_t>(i)] * stays;
      const std::int64_t first = std::max<std::int64_t>(0, i + settings_.slowest), last = std::min(places - 1, i + settings_.fastest);
      for (std::int64_t to = first; to <= last; ++to) {
        next[static_cast<std::size_t>(to)] += share;
        known += share;
      }
    }
    elsewhere_ = 1 - known - elsewhere_ * settings_.enters;
    belief_ = std::move(next);
  }

  void observe(std::span<const float> scores) {
    double mean = 0, variance = 0;
    for (const float score : scores) mean += static_cast<double>(score) / static_cast<double>(scores.size());
    for (const float score : scores) {
      const double from_mean = static_cast<double>(score) - mean;
      variance += from_mean * from_mean / static_cast<double>(scores.size());
    }
    const double d = settings_.elevation, scale = variance > 1e-12 * mean * mean ? d / std::sqrt(variance) : 0.0;
    const double largest = (static_cast<double>(*std::max_element(scores.begin(), scores.end())) - mean) * scale;
    const double reference = std::max(largest, d * d / 2);  // so that nothing overflows
    elsewhere_ *= std::exp(d * d / 2 - reference);
    double sum = elsewhere_;
    for (std::size_t i = 0; i < scores.size(); ++i)
      sum += belief_[i] *= std::exp((static_cast<double>(scores[i]) - mean) * scale - reference);
    elsewhere_ /= sum;
    for (double& probability : belief_) probability /= sum;
  }

  BayesFilterSettings settings_;
  std::vector<double> belief_;
  double elsewhere_ = 1;
};

static_assert(SequencePolicy<BayesFilter>);

}  // namespace vpr
