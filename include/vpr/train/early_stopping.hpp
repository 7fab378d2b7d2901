// SPDX-License-Identifier: MIT
/// @file
/// When a training has stopped getting better.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/core/finite.hpp>
#include <vpr/core/shape.hpp>
#include <vpr/train/optimizer.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace vpr {

/// Says when to stop: after `patience` measures in a row, such as recall@1 of validations, none of which was above the best before them.
/// Kept by a `Trainer` (`trainer.keep("early_stopping", stopping)`) it counts on after a resume.
class EarlyStopping {
 public:
  /// @param patience  0: never stops
  /// @throws ConfigError  for a patience below 0.
  explicit EarlyStopping(std::int64_t patience) : patience_(patience) {
    VPR_REQUIRE(ConfigError, patience >= 0, "early stopping: got a patience of ", patience, ", want 0 (never stop) or more");
  }

  /// Takes the next measure, higher is better, compared in float32. Returns whether it is the best so far; one that is not a number never is.
  bool add(double measure) {
    const auto value = static_cast<float>(measure);
    const bool better = !is_nan(value) && value > progress_.best;
    if (better) {
      progress_ = {value, {}};
    } else {
      ++progress_.worse;
    }
    return better;
  }

  bool should_stop() const { return patience_ > 0 && progress_.worse.value() >= patience_; }
  /// Whether the last measure was the best so far.
  bool is_at_best() const { return progress_.worse.value() == 0 && progress_.best > std::numeric_limits<float>::lowest(); }
  /// The best measure so far; minus infinity before the first.
  double best() const { return static_cast<double>(progress_.best); }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    visitor(prefix + "progress", progress_);
  }

 private:
  /// Shown as a tensor: the best measure, and how many since were no better, as `StepCount` shows counts.
  struct Progress {
    float best = -std::numeric_limits<float>::infinity();
    StepCount worse;

    Shape shape() const { return Shape{3}; }
    /// @throws FormatError  for what is no progress.
    void assign(std::span<const float> values) {
      VPR_REQUIRE(FormatError, values.size() == 3 && !is_nan(values[0]), "early stopping: got ", values.size(),
                  " values, want the best measure and a count of two");
      worse.assign(values.subspan(1));
      best = values[0];
    }
    std::vector<float> to_vector() const {
      const std::vector<float> count = worse.to_vector();
      return {best, count[0], count[1]};
    }
  };

  std::int64_t patience_;
  Progress progress_;
};

}  // namespace vpr
