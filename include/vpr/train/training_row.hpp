// SPDX-License-Identifier: MIT
/// @file
/// What a training reports of each step.
#pragma once

#include <vpr/core/requirements.hpp>

#include <cstdint>
#include <vector>

namespace vpr {

/// What is reported of a step of training.
struct TrainingRow {
  std::int64_t step = 0;
  double loss = 0;
  double rate = 0;
  double seconds = 0;  ///< since the training began, pauses left out
  double images_per_second = 0;
  std::vector<double> measures;  ///< in the order of the log's names; NaN where one was not taken
};

}  // namespace vpr
