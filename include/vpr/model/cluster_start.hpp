// SPDX-License-Identifier: MIT
/// @file
/// Clusters that start as those of a network's patches. Needs the component vpr::io.
#pragma once

#include <vpr/aggregator/kmeans.hpp>
#include <vpr/aggregator/soft_assignment.hpp>
#include <vpr/core/progress.hpp>
#include <vpr/core/random.hpp>
#include <vpr/model/recipe.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <vector>

namespace vpr {

/// Adds `count` of the rows N×C of a photo, drawn without repetition by `random`, or all of them where there are fewer.
inline void add_sample(Rows rows, std::int64_t count, Random random, std::vector<float>& sample) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(rows.size()));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  for (std::int64_t i = 0; i < std::min(count, rows.size()); ++i) {
    std::swap(order[static_cast<std::size_t>(i)], order[static_cast<std::size_t>(i + random.below(rows.size() - i))]);
    const float* const row = rows[order[static_cast<std::size_t>(i)]];
    sample.insert(sample.end(), row, row + rows.dim());
  }
}

/// Gives the parameter that a recipe names its start: the centroids of N×C patches at unit length, by 100 iterations of k-means from `seed`, scaled by
/// `soft_assignment`. There are as many as it has rows of C elements: SuperVLAD's clusters and ghosts, ImAge's tokens, NetVLAD's words.
/// @throws ConfigError  for a parameter that the system does not have, or fewer patches than clusters; ShapeError  for one of no rows of C elements
template <class System>
void start_clusters(System& system, const ClusterStart& start, RowsArgument patches, std::uint64_t seed, const Progress& progress = {}) {
  std::int64_t elements = 0;
  const std::int64_t dim = patches.dim();
  visit_const(system, [&](const std::string& name, const auto& parameter) {
    if (name == start.parameter) elements = parameter.shape().elements();
    if (name != start.parameter && name != start.centroids) return;
    VPR_REQUIRE(ShapeError, dim > 0 && parameter.shape().elements() % dim == 0, "clusters: ", name, " is ", parameter.shape(),
                ", the patches have ", dim, " channels");
  });
  VPR_REQUIRE(ConfigError, elements > 0, "clusters: the system has no parameter ", start.parameter);
  const KMeansSettings settings{.clusters = elements / dim, .first = FirstCentres::random, .iterations = 100, .tolerance = 0, .seed = seed};
  const Clusters clusters = kmeans(patches, settings, progress);
  const std::vector<float> weights = soft_assignment(Rows(clusters.centres.data(), settings.clusters, dim), patches).weights;
  bool placed = start.centroids.empty();
  system.visit(
      [&](const std::string& name, auto& parameter) {
        if (name == start.parameter) parameter.assign(std::span<const float>(weights));
        if (name != start.centroids || placed) return;
        VPR_REQUIRE(ShapeError, parameter.shape().elements() == elements, "clusters: ", name, " is ", parameter.shape(), ", want ",
                    settings.clusters, " rows of ", dim);
        parameter.assign(std::span<const float>(clusters.centres.data(), static_cast<std::size_t>(elements)));
        placed = true;
      },
      "");
  VPR_REQUIRE(ConfigError, placed, "clusters: the system has no parameter ", start.centroids);
}

}  // namespace vpr
