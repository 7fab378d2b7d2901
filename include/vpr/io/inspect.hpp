// SPDX-License-Identifier: MIT
/// @file
/// What is in a weight file, without a model.
#pragma once

#include <vpr/core/finite.hpp>
#include <vpr/io/weight_file.hpp>

#include <algorithm>
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

/// Reads every tensor once, piece after piece, and says what was found, in the file's order.
inline std::vector<TensorSummary> inspect(const WeightFile& file) {
  std::vector<TensorSummary> summaries;
  for (std::size_t i = 0; i < file.tensors().size(); ++i) {
    TensorSummary summary;
    summary.info = file.tensors()[i];
    file.stream<float>(i, [&summary](std::span<const float> values) {
      for (const float value : values) {
        if (is_finite(value)) {
          summary.least = is_nan(summary.least) ? value : std::min(summary.least, value);
          summary.most = is_nan(summary.most) ? value : std::max(summary.most, value);
        } else {
          ++(is_nan(value) ? summary.nan : summary.infinite);
        }
      }
    });
    summaries.push_back(summary);
  }
  return summaries;
}

}  // namespace vpr
