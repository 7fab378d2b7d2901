// SPDX-License-Identifier: MIT
/// @file
/// k-means clustering: finds the words of a vocabulary.
#pragma once

#include <vpr/aggregator/first_centres.hpp>
#include <vpr/backend/packed_rows.hpp>
#include <vpr/core/parallel.hpp>
#include <vpr/core/progress.hpp>
#include <vpr/core/setting.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

namespace vpr {

/// What becomes of a centre that no point is nearest to.
enum class EmptyCluster {
  refill,  ///< it takes the point that is farthest from its own centre
  zero,    ///< it becomes the zero vector, as in AnyLoc (fast_pytorch_kmeans)
  keep,    ///< it stays
};

struct KMeansSettings {
  std::int64_t clusters = 32;
  ClusterDistance distance = ClusterDistance::euclidean;  ///< centres are the means of the points as they are, either way
  FirstCentres first = FirstCentres::plus_plus;
  EmptyCluster empty = EmptyCluster::refill;
  std::int64_t iterations = 100;  ///< at most
  double tolerance = 1e-4;        ///< it ends when the squared moves of all centres sum up to no more
  std::uint64_t seed = 0;

  /// What AnyLoc's vocabularies are made with. Only the draw of the first centres differs: NumPy's generator makes it there.
  static KMeansSettings anyloc(std::int64_t clusters, ClusterDistance distance = ClusterDistance::cosine) {
    return {.clusters = clusters, .distance = distance, .first = FirstCentres::random, .empty = EmptyCluster::zero};
  }
};

/// The nearest centre of each point, the first of equally near ones, and its distance.
struct Assignment {
  std::vector<std::int64_t> labels;
  std::vector<float> distances;

  /// The sum of the distances, which k-means makes small.
  double inertia() const { return std::accumulate(distances.begin(), distances.end(), 0.0); }
};

namespace detail {

inline Assignment nearest_centres(Rows points, Rows centres, ClusterDistance distance) {
  const std::int64_t dim = points.dim();
  const bool cosine = distance == ClusterDistance::cosine;
  PackedRows held(dim);
  std::vector<float> scaled(static_cast<std::size_t>(dim));
  for (std::int64_t c = 0; c < centres.size(); ++c) {
    const float scale = cosine ? 1 / std::max(std::sqrt(dot(centres[c], centres[c], dim)), 1e-30F) : 1;
    std::transform(centres[c], centres[c] + dim, scaled.begin(), [scale](float x) { return x * scale; });
    held.append(Rows(scaled.data(), 1, dim));
  }
  Assignment nearest{std::vector<std::int64_t>(static_cast<std::size_t>(points.size())),
                     std::vector<float>(static_cast<std::size_t>(points.size()))};
  constexpr std::int64_t block = 256, lanes = PackedRows::panel_rows;
  parallel_for((points.size() + block - 1) / block, [&](std::int64_t b) {
    const std::int64_t begin = b * block, count = std::min(block, points.size() - begin);
    const PackedQueries queries(points.slice(begin, count));
    std::vector<float> scores(static_cast<std::size_t>(count * lanes));
    for (std::int64_t panel = 0; panel < held.panels(); ++panel) {
      if (cosine) {
        held.score<InnerProduct>(panel, queries, scores.data());
      } else {
        held.score<L2>(panel, queries, scores.data());
      }
      const std::int64_t used = std::min(lanes, held.size() - panel * lanes);
      for (std::int64_t i = 0; i < count; ++i) {
        const float* const row = &scores[static_cast<std::size_t>(i * lanes)];
        const float* const best = cosine ? std::max_element(row, row + used) : std::min_element(row, row + used);
        float& found = nearest.distances[static_cast<std::size_t>(begin + i)];
        if (panel > 0 && !(cosine ? *best > found : *best < found)) continue;
        found = *best;
        nearest.labels[static_cast<std::size_t>(begin + i)] = panel * lanes + (best - row);
      }
    }
    for (std::int64_t i = begin; cosine && i < begin + count; ++i) {
      const float norm = std::sqrt(dot(points[i], points[i], dim));
      float& found = nearest.distances[static_cast<std::size_t>(i)];
      found = norm > 0 ? std::max(0.0F, 1 - found / norm) : 1;
    }
  });
  return nearest;
}

/// Gives each empty cluster the point that is farthest from its centre among those whose cluster has others.
inline void refill_empty_clusters(Assignment& nearest, std::vector<std::int64_t>& counts) {
  if (std::find(counts.begin(), counts.end(), 0) == counts.end()) return;
  std::vector<std::size_t> farthest(nearest.labels.size());
  std::iota(farthest.begin(), farthest.end(), 0);
  std::stable_sort(farthest.begin(), farthest.end(),
                   [&](std::size_t a, std::size_t b) { return nearest.distances[a] > nearest.distances[b]; });
  auto next = farthest.begin();
  for (std::size_t c = 0; c < counts.size(); ++c) {
    if (counts[c] > 0) continue;
    while (counts[static_cast<std::size_t>(nearest.labels[*next])] == 1) ++next;
    --counts[static_cast<std::size_t>(nearest.labels[*next])];
    ++counts[c];
    nearest.labels[*next++] = static_cast<std::int64_t>(c);
  }
}

/// Moves the K×D centres to the means of their points, summed in double in the order of the points, and returns the sum of the
/// squared moves. `EmptyCluster::refill` writes the labels it changes to `nearest`.
inline double move_centres(Rows points, Assignment& nearest, EmptyCluster empty, std::span<float> centres) {
  const std::int64_t dim = points.dim();
  std::vector<std::int64_t> counts(centres.size() / static_cast<std::size_t>(dim));
  for (const std::int64_t label : nearest.labels) ++counts[static_cast<std::size_t>(label)];
  if (empty == EmptyCluster::refill) refill_empty_clusters(nearest, counts);

  std::vector<double> sums(centres.size());
  constexpr std::int64_t width = 64;  // threads share the columns, so that each sum has one order
  parallel_for((dim + width - 1) / width, [&](std::int64_t b) {
    const std::int64_t begin = b * width, end = std::min(dim, begin + width);
    for (std::int64_t i = 0; i < points.size(); ++i) {
      double* const sum = sums.data() + nearest.labels[static_cast<std::size_t>(i)] * dim;
      for (std::int64_t k = begin; k < end; ++k) sum[k] += static_cast<double>(points[i][k]);
    }
  });
  double moved = 0;
  for (std::size_t i = 0; i < centres.size(); ++i) {
    const std::int64_t count = counts[i / static_cast<std::size_t>(dim)];
    if (count == 0 && empty == EmptyCluster::keep) continue;
    const auto mean = static_cast<float>(count == 0 ? 0 : sums[i] / static_cast<double>(count));
    const double move = static_cast<double>(mean) - static_cast<double>(centres[i]);
    moved += move * move;
    centres[i] = mean;
  }
  return moved;
}

}  // namespace detail

/// Finds the nearest of K×D centres for each of N×D points. Bits depend neither on the number of threads nor on the other points.
/// @throws ShapeError for no centres or centres of another dim; FormatError for NaN or infinity.
inline Assignment nearest_centres(Rows points, Rows centres, ClusterDistance distance) {
  VPR_REQUIRE(ShapeError, centres.size() >= 1, "k-means: got no centres");
  require_finite(points, points.dim(), "k-means: point");
  require_finite(centres, points.dim(), "k-means: centre");
  return detail::nearest_centres(points, centres, distance);
}

/// What k-means found.
struct Clusters {
  std::vector<float> centres;   ///< K×D row-major
  Assignment assignment;        ///< the last one; `centres` are its means
  std::int64_t iterations = 0;  ///< done
};

/// Lloyd's k-means of N×D points from given centres, K×D row-major. The same bits for any number of threads.
///
/// Cost: 2 N K D operations an iteration; memory beside the points: 12 bytes a point. Goldens metric_kmeans*, anyloc_kmeans*.
/// @throws ShapeError for centres that are not K×D; FormatError for NaN or infinity; ConfigError for fewer points than clusters
///   no iterations, or a tolerance that is not finite and from 0.
inline Clusters kmeans(RowsArgument points, std::vector<float> centres, const KMeansSettings& settings, const Progress& progress = {}) {
  const std::int64_t dim = points.dim(), size = static_cast<std::int64_t>(centres.size());
  VPR_REQUIRE(ShapeError, dim >= 1 && size >= dim && size % dim == 0, "k-means: got ", size, " numbers as centres of ", dim, " dimensions");
  const std::int64_t clusters = size / dim;
  VPR_REQUIRE(ConfigError, clusters <= points.size(), "k-means: got ", points.size(), " points for ", clusters,
              " clusters, expected at least as many");
  VPR_REQUIRE(ConfigError, settings.iterations >= 1, "k-means: got ", settings.iterations, " iterations, expected at least 1");
  detail::require_setting("k-means", "tolerance", settings.tolerance, 0);
  require_finite(points, dim, "k-means: point");
  require_finite(Rows(centres.data(), clusters, dim), dim, "k-means: centre");
  Clusters found{std::move(centres), {}, 0};
  while (found.iterations < settings.iterations) {
    found.assignment = detail::nearest_centres(points, Rows(found.centres.data(), clusters, dim), settings.distance);
    const double moved = detail::move_centres(points, found.assignment, settings.empty, found.centres);
    ++found.iterations;
    if (progress) progress("k-means", found.iterations, settings.iterations);
    if (moved <= settings.tolerance) break;
  }
  return found;
}

/// Lloyd's k-means of N×D points from first centres drawn as the settings say.
inline Clusters kmeans(RowsArgument points, const KMeansSettings& settings, const Progress& progress = {}) {
  require_finite(points, points.dim(), "k-means: point");
  return kmeans(points, first_centres(points, settings.clusters, settings.first, settings.distance, settings.seed), settings, progress);
}

}  // namespace vpr
