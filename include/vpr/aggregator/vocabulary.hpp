// SPDX-License-Identifier: MIT
/// @file
/// The words that VLAD counts by, found in any number of photos' descriptors, and where they are from.
#pragma once

#include <vpr/aggregator/kmeans.hpp>
#include <vpr/aggregator/reservoir.hpp>
#include <vpr/core/shape.hpp>
#include <vpr/core/text.hpp>
#include <vpr/version.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace vpr {

/// Words in the space of local descriptors, and how they were made.
struct Vocabulary {
  Shape shape{0, 0};           ///< [words, dim]
  std::vector<float> centres;  ///< the words, row-major
  /// `source`, the caller's note on photos and backbone, and the settings and outcome of `VocabularyBuilder`.
  std::map<std::string, std::string> provenance;

  /// The words, borrowed: those of a temporary would be gone.
  Rows rows() const& { return {centres.data(), shape[0], shape[1]}; }
  Rows rows() const&& = delete;
};

struct VocabularySettings {
  KMeansSettings kmeans;
  std::int64_t sample = 100'000;  ///< descriptors kept for clustering, 4 · dim bytes each
  bool normalize = true;          ///< bring each descriptor to unit length first, as AnyLoc does; a zero one stays
};

/// Finds a vocabulary in descriptors that come chunk by chunk, in memory bounded by `VocabularySettings::sample`. The same bits for
/// any number of threads and any cut into chunks; another order of the descriptors, or another seed, gives another sample.
class VocabularyBuilder {
 public:
  /// @throws ConfigError for a dim or sample below 1, or a sample smaller than the number of clusters.
  VocabularyBuilder(std::int64_t dim, VocabularySettings settings)
      : settings_(settings), sample_(settings.sample, dim, settings.kmeans.seed) {
    VPR_REQUIRE(ConfigError, settings.kmeans.clusters <= settings.sample, "vocabulary: a sample of ", settings.sample,
                " descriptors cannot give ", settings.kmeans.clusters, " words");
  }

  /// Takes the descriptors of another photo, N×D.
  /// @throws ShapeError for another dim; FormatError for NaN or infinity; then none of them is taken.
  void add(RowsArgument descriptors) {
    if (!settings_.normalize) return sample_.add(descriptors);
    require_finite(descriptors, sample_.dim(), "vocabulary: descriptor");
    std::vector<float> unit(static_cast<std::size_t>(sample_.dim()));
    for (std::int64_t r = 0; r < descriptors.size(); ++r) {
      const float* const row = descriptors[r];
      const float norm = std::max(std::sqrt(detail::dot(row, row, sample_.dim())), 1e-12F);
      std::transform(row, row + sample_.dim(), unit.begin(), [norm](float x) { return x / norm; });
      sample_.add(Rows(unit.data(), 1, sample_.dim()));
    }
  }

  /// How many descriptors it was shown.
  std::int64_t seen() const { return sample_.seen(); }

  /// Clusters the sample. More may be added afterwards, for another vocabulary.
  /// @param source  which photos and which backbone, block and facet the descriptors are of: kept with the words
  /// @throws ConfigError when fewer descriptors than words were shown.
  Vocabulary build(const std::string& source, const Progress& progress = {}) const {
    VPR_REQUIRE(ConfigError, settings_.kmeans.clusters <= sample_.rows().size(), "vocabulary: got ", sample_.rows().size(),
                " descriptors for ", settings_.kmeans.clusters, " words (", source, "): give more photos, or ask for fewer words");
    Clusters clusters = kmeans(sample_.rows(), settings_.kmeans, progress);
    return {Shape{settings_.kmeans.clusters, sample_.dim()}, std::move(clusters.centres), provenance(source, clusters)};
  }

 private:
  std::map<std::string, std::string> provenance(const std::string& source, const Clusters& clusters) const {
    const KMeansSettings& kmeans = settings_.kmeans;
    const char* const first[] = {"plus_plus", "random"};
    const char* const empty[] = {"refill", "zero", "keep"};
    return {{"source", source},
            {"made_by", std::string("vpr ") + VPR_VERSION},
            {"descriptors_seen", std::to_string(seen())},
            {"descriptors_clustered", std::to_string(sample_.rows().size())},
            {"normalized", settings_.normalize ? "true" : "false"},
            {"distance", kmeans.distance == ClusterDistance::cosine ? "cosine" : "euclidean"},
            {"first_centres", first[static_cast<int>(kmeans.first)]},
            {"empty_clusters", empty[static_cast<int>(kmeans.empty)]},
            {"seed", std::to_string(kmeans.seed)},
            {"iterations", std::to_string(clusters.iterations)},
            {"inertia", text_of(clusters.assignment.inertia())}};
  }

  VocabularySettings settings_;
  Reservoir sample_;
};

}  // namespace vpr
