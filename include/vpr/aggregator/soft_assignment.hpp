// SPDX-License-Identifier: MIT
/// @file
/// What learned clusters start from.
#pragma once

#include <vpr/core/rows.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

namespace vpr {

/// Weights whose scores, the inner products with tokens of unit length, share tokens out to clusters by a softmax.
struct SoftAssignment {
  std::vector<float> weights;  ///< K×C, each row of length `alpha`
  double alpha = 0;
};

/// Makes of K×C centroids of k-means the weights that NetVLAD, SuperVLAD's clusters and ImAge's tokens start from: each centroid at unit
/// length, times α = -ln 0.01 / mean(s₁ - s₂), s₁ and s₂ being the two largest inner products of one of N×C descriptors of unit length
/// with them. So the second cluster gets a hundredth of the first one's share, on average. Of a single centroid s₂ is 0. (the rule of
/// Patch-NetVLAD's code; the idea is Arandjelović et al.'s, CVPR 2016) Goldens supervlad_init, image4vpr_init*.
/// @throws ShapeError   for no centroids, no descriptors, or those of other channels
/// @throws FormatError  for NaN or infinity
/// @throws ConfigError  where every descriptor fits two centroids equally well
inline SoftAssignment soft_assignment(RowsArgument centroids, RowsArgument descriptors) {
  const std::int64_t clusters = centroids.size(), dim = centroids.dim();
  VPR_REQUIRE(ShapeError, clusters >= 1 && dim >= 1 && descriptors.size() >= 1, "soft assignment: got ", clusters, " centroids of ", dim,
              " channels and ", descriptors.size(), " descriptors");
  require_finite(centroids, dim, "soft assignment: centroid");
  require_finite(descriptors, dim, "soft assignment: descriptor");
  std::vector<double> unit;
  for (std::int64_t k = 0; k < clusters; ++k) {
    double squares = 0;
    for (std::int64_t c = 0; c < dim; ++c) squares += static_cast<double>(centroids[k][c]) * static_cast<double>(centroids[k][c]);
    const double length = std::max(std::sqrt(squares), 1e-12);
    for (std::int64_t c = 0; c < dim; ++c) unit.push_back(static_cast<double>(centroids[k][c]) / length);
  }
  double gaps = 0;
  for (std::int64_t i = 0; i < descriptors.size(); ++i) {
    double best = -std::numeric_limits<double>::infinity(), second = best;
    for (std::int64_t k = 0; k < clusters; ++k) {
      double score = 0;
      for (std::int64_t c = 0; c < dim; ++c) score += unit[static_cast<std::size_t>(k * dim + c)] * static_cast<double>(descriptors[i][c]);
      second = std::max(second, std::min(best, score));
      best = std::max(best, score);
    }
    gaps += clusters > 1 ? best - second : best;
  }
  VPR_REQUIRE(ConfigError, gaps > 0, "soft assignment: the ", descriptors.size(),
              " descriptors fit two of the centroids equally well, so that no factor can separate these");
  const double alpha = -std::log(0.01) * static_cast<double>(descriptors.size()) / gaps;
  std::vector<float> weights;
  for (const double value : unit) weights.push_back(static_cast<float>(alpha * value));
  return {std::move(weights), alpha};
}

}  // namespace vpr
