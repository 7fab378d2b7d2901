// SPDX-License-Identifier: MIT
/// @file
/// What is in a weight file, without a model.
#pragma once

#include <vpr/core/finite.hpp>
#include <vpr/io/weight_file.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace vpr {

/// A tensor and the range of its values.
struct TensorSummary {
  TensorInfo info;
  float least = std::numeric_limits<float>::quiet_NaN();  // of the finite values; NaN where there are none
  float most = std::numeric_limits<float>::quiet_NaN();
  std::int64_t finite = 0;
  std::int64_t nan = 0;
  std::int64_t infinite = 0;
  std::string problem;  // why its values cannot be read, where they cannot

  void add(const float& value) {
    if (!is_finite(value)) {
      ++(is_nan(value) ? nan : infinite);
      return;
    }
    if (finite == 0 || value < least) least = value;
    if (finite == 0 || value > most) most = value;
    ++finite;
  }
};

/// Reads every tensor once, piece after piece, and says what was found, in the file's order. One whose values cannot be read, damaged or of
/// a type that no model needs, has no range.
inline std::vector<TensorSummary> inspect(const WeightFile& file) {
  std::vector<TensorSummary> summaries;
  for (std::size_t i = 0; i < file.tensors().size(); ++i) {
    TensorSummary summary;
    summary.info = file.tensors()[i];
    try {
      file.stream<float>(i, [&summary](std::span<const float> values) {
        for (const float& value : values) summary.add(value);
      });
    } catch (const Error& error) {
      summary = {.info = file.tensors()[i], .problem = error.what()};
    }
    summaries.push_back(std::move(summary));
  }
  return summaries;
}

}  // namespace vpr
