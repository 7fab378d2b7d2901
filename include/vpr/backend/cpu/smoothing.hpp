// SPDX-License-Identifier: MIT
/// @file
/// Factors that let large and small inputs share the steps of a byte.
#pragma once

#include <vpr/backend/cpu/packed_matrix.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace vpr {

/// The factor of each input of a product in int8 (SmoothQuant: Xiao et al., ICML 2023, eq. 4 with α = 1/2): the root of the input's largest
/// weight over the largest magnitude of its values. `PackedMatrix::zeros` takes them.
///
/// Two things differ from the paper. Weights count as shares of their output's norm, as each output has a scale of its own. And no input
/// counts as smaller than the median of all: a unit that was quiet in the photos seen may speak up in the next.
/// @param weight          the matrix, O×I
/// @param largest_inputs  I magnitudes that were seen: see `PackedMatrix::observe`
/// @throws ShapeError  for another number of them
inline std::vector<float> smoothing_factors(const PackedMatrix& weight, std::span<const float> largest_inputs) {
  const auto count = static_cast<std::size_t>(weight.inputs());
  VPR_REQUIRE(ShapeError, largest_inputs.size() == count, "smoothing factors: got ", largest_inputs.size(), " largest inputs, the weight ",
              weight.shape(), " has ", count);
  std::vector<float> row(count), share(count), factors(count, 1.0F);
  for (std::int64_t output = 0; output < weight.outputs(); ++output) {
    weight.copy_row(output, row.data());
    float square = 0;
    for (const float& value : row) square += value * value;
    if (!(square > 0) || !is_finite(square)) continue;
    for (std::size_t k = 0; k < count; ++k) share[k] = std::max(share[k], std::abs(row[k]) / std::sqrt(square));
  }
  std::vector<float> sorted(largest_inputs.begin(), largest_inputs.end());
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(count / 2);
  if (count > 0) std::nth_element(sorted.begin(), middle, sorted.end());
  if (count == 0 || !(*middle > 0)) return factors;
  for (std::size_t k = 0; k < count; ++k) {
    const float factor = std::sqrt(std::max(share[k], 1e-6F) / std::max(largest_inputs[k], *middle));
    factors[k] = std::clamp(factor, 1e-18F, 1e18F);
  }
  return factors;
}

}  // namespace vpr
