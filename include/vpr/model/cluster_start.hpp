// SPDX-License-Identifier: MIT
/// @file
/// Clusters that start as those of a network's patches. Needs the component vpr::io.
#pragma once

#include <vpr/aggregator/kmeans.hpp>
#include <vpr/aggregator/soft_assignment.hpp>
#include <vpr/core/error.hpp>
#include <vpr/core/progress.hpp>
#include <vpr/core/random.hpp>
#include <vpr/core/rows.hpp>
#include <vpr/model/recipe.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <vector>

namespace vpr {

/// A sample of the patches of photos, for clusters to start from.
class PatchSample {
 public:
  /// @param channels  of a patch
  /// @param start     says how many patches there are to be, and how many of a photo
  PatchSample(std::int64_t channels, const ClusterStart& start) : channels_(channels), most_(start.patches), of_photo_(start.of_photo) {}

  /// Adds rows N×C of a photo's patches at unit length, drawn without repetition by `random`: as many as are wanted of one photo and still missing.
  /// @throws ShapeError  for another C
  void add(Rows patches, Random random) {
    VPR_REQUIRE(ShapeError, patches.dim() == channels_, "clusters: got patches of ", patches.dim(), " channels, expected ", channels_);
    ++photos_;
    std::vector<std::int64_t> order(static_cast<std::size_t>(patches.size()));
    std::iota(order.begin(), order.end(), std::int64_t{0});
    const std::int64_t count = std::min({of_photo_, patches.size(), most_ - size()});
    for (std::int64_t i = 0; i < count; ++i) {
      std::swap(order[static_cast<std::size_t>(i)], order[static_cast<std::size_t>(i + random.below(patches.size() - i))]);
      const float* const row = patches[order[static_cast<std::size_t>(i)]];
      values_.insert(values_.end(), row, row + channels_);
    }
  }

  std::int64_t size() const { return std::ssize(values_) / channels_; }
  bool is_full() const { return size() >= most_; }
  /// How many photos the patches are of.
  std::int64_t photos() const { return photos_; }
  Rows rows() const& { return {values_.data(), size(), channels_}; }
  void rows() const&& = delete;

 private:
  std::int64_t channels_, most_, of_photo_;
  std::vector<float> values_;
  std::int64_t photos_ = 0;
};

/// Gives the parameter that a recipe names its start: the centroids of patches, by 100 iterations of k-means from `seed`, scaled by
/// `soft_assignment`. There are as many as it has rows of C elements: SuperVLAD's clusters and ghosts, ImAge's tokens, NetVLAD's words.
/// @throws ConfigError  for a parameter that the system does not have, or fewer patches than clusters; ShapeError  for one of no rows of C elements
template <class System>
void start_clusters(System& system, const ClusterStart& start, const PatchSample& sample, std::uint64_t seed,
                    const Progress& progress = {}) {
  std::int64_t elements = 0;
  const Rows patches = sample.rows();
  const std::int64_t dim = patches.dim();
  visit_const(system, [&](const std::string& name, const auto& parameter) {
    if (name == start.parameter) elements = parameter.shape().elements();
    if (name != start.parameter && name != start.centroids) return;
    VPR_REQUIRE(ShapeError, dim > 0 && parameter.shape().elements() % dim == 0, "clusters: ", name, " is ", parameter.shape(),
                ", the patches have ", dim, " channels");
  });
  VPR_REQUIRE(ConfigError, elements > 0, "clusters: the system has no parameter ", start.parameter);
  const KMeansSettings settings{.clusters = elements / dim, .first = FirstCentres::random, .iterations = 100, .tolerance = 0, .seed = seed};
  VPR_REQUIRE(ConfigError, settings.clusters <= patches.size(), "clusters: ", start.parameter, " starts from ", settings.clusters,
              " clusters of patches, and ", sample.photos(), " photos gave ", patches.size(), ", at most ", start.of_photo,
              " each: give more photos, or larger ones");
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
