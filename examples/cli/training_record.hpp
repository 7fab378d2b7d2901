// SPDX-License-Identifier: MIT
/// @file
/// What a training leaves behind of each step: a log, and a report of its curves.
#pragma once

#include "train_options.hpp"

#include <vpr/eval/training_report.hpp>
#include <vpr/model/recipe.hpp>
#include <vpr/train/training_log.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace cli {

class TrainingRecord {
 public:
  /// @param data  what is trained on, in words
  /// @param done  steps that a resumed training has behind it
  TrainingRecord(const TrainOptions& options, const vpr::Recipe& recipe, const std::string& data, std::int64_t done);

  /// Seconds that the training has taken so far.
  double seconds() const { return report_.rows.empty() ? 0 : report_.rows.back().seconds; }
  /// Begins log and report anew, in place of those that are there.
  void begin();
  /// Takes what is said of a step, or, as step 0, of the validation before the first.
  void add(vpr::TrainingRow row);
  void write_report() const;

 private:
  std::optional<vpr::TrainingLog> log_;
  std::string path_, log_path_;  // empty: none is written
  vpr::TrainingReport report_;
};

}  // namespace cli
