// SPDX-License-Identifier: MIT
/// @file
/// What is in a weight file, without a model.
#pragma once

#include <vpr/io/weight_file.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace vpr {

/// A tensor and the range of its values.
struct TensorSummary {
  TensorInfo info;
  float least = std::numeric_limits<float>::quiet_NaN();  // of the finite values; NaN where there are none
  float most = std::numeric_limits<float>::quiet_NaN();
  std::int64_t nan = 0;
  std::int64_t infinite = 0;
};

/// Reads every tensor once, piece after piece, and says what was found, in the file's order. One of a type that is not read has no range.
inline std::vector<TensorSummary> inspect(const WeightFile& file) {
  std::vector<TensorSummary> summaries;
  for (std::size_t i = 0; i < file.tensors().size(); ++i) {
    TensorSummary summary;
    summary.info = file.tensors()[i];
    if (!summary.info.dtype.readable()) {
      summaries.push_back(summary);
      continue;
    }
    file.stream<float>(i, [&summary](std::span<const float> values) {
      for (const float value : values) {
        if (std::isfinite(value)) {
          if (!(summary.least <= value)) summary.least = value;  // NaN at first; std::fmin is far slower
          if (!(summary.most >= value)) summary.most = value;
        } else {
          ++(std::isnan(value) ? summary.nan : summary.infinite);
        }
      }
    });
    summaries.push_back(summary);
  }
  return summaries;
}

}  // namespace vpr
