// SPDX-License-Identifier: MIT
/// @file
/// Patch-NetVLAD's matching.
#pragma once

#include <vpr/local/patch_net_vlad.hpp>
#include <vpr/matcher/concept.hpp>
#include <vpr/matcher/homography.hpp>
#include <vpr/matcher/mutual_nearest.hpp>
#include <vpr/matcher/verified.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace vpr {

/// How the mutual nearest patches of one size are scored.
enum class PatchScoring {
  spatial,     ///< rapid spatial scoring: by how little their displacements differ from the mean displacement (section 3.5)
  homography,  ///< by how many agree on a homography, found by RANSAC (section 3.4)
};

struct PatchMatcherSettings {
  std::vector<PatchScale> scales = performance_scales();
  std::vector<float> weights{0.45F, 0.15F, 0.4F};  ///< of the sizes' scores
  PatchScoring scoring = PatchScoring::homography;
  double threshold = 1.5;  ///< an inlier's, in strides between patches
  std::uint64_t seed = 0;

  /// Patch-NetVLAD-s: one size and spatial scoring.
  static PatchMatcherSettings speed() { return {{{5, 1}}, {1.0F}, PatchScoring::spatial}; }
};

/// Matches the patches that `PatchNetVlad` describes: mutual nearest neighbours at each size, scored at each size, and the sizes' scores
/// weighed (Hausler et al., CVPR 2021, sections 3.3 to 3.6). Among the candidates of a query each size's scores are standardised first, as
/// the authors do.
///
/// `LocalMatch::parts` holds each size's score, more being better: the authors' with the other sign. A size whose scores are all the same
/// counts as 0, where the authors divide by zero. Golden patch_spatial.
///
/// @tparam Model  what the pairs of `PatchScoring::homography` must agree on
template <GeometricModel Model>
class PatchMatcherOf {
 public:
  /// @throws ConfigError  unless there is a weight a size
  explicit PatchMatcherOf(PatchMatcherSettings settings = {}) : settings_(std::move(settings)) {
    VPR_REQUIRE(ConfigError, !settings_.scales.empty() && settings_.scales.size() == settings_.weights.size(), "Patch-NetVLAD: got ",
                settings_.scales.size(), " patch sizes and ", settings_.weights.size(), " weights");
  }

  struct Prepared {
    LocalPlaces places;
    std::vector<NearestFinder> of_scale;
  };
  /// Borrows the query.
  Prepared prepare(const LocalFeatures& query) const {
    Prepared prepared{query.places(), {}};
    for (const Rows& rows : rows_of(query)) prepared.of_scale.emplace_back(rows);
    return prepared;
  }
  void prepare(const LocalFeatures&& query) const = delete;

  /// @throws ShapeError  for features that are not of these sizes' patches
  LocalMatch operator()(const Prepared& query, const LocalFeatures& candidate) const {
    LocalMatch match{0, {}, std::vector<float>(settings_.scales.size(), 0.0F)};
    if (query.places.size() == 0 || candidate.size() == 0) return match;
    const std::vector<Rows> rows = rows_of(candidate);
    const LocalPlaces places = candidate.places();
    for (std::size_t s = 0, before_query = 0, before = 0; s < rows.size(); ++s) {
      const auto count = query.of_scale[s].rows().size();
      std::vector<MatchedPair> pairs = count == 0 || rows[s].size() == 0 ? std::vector<MatchedPair>() : query.of_scale[s](rows[s]).mutual();
      const Grid grid = query.places.grid;
      const float score = settings_.scoring == PatchScoring::spatial ? spatial(pairs, s, grid, candidate.grid)
                                                                     : homography(pairs, s, {query.places, before_query}, {places, before});
      match.parts[s] = count == 0 ? 0 : score / static_cast<float>(count);
      match.score += settings_.weights[s] * match.parts[s];
      for (MatchedPair& pair : pairs) {
        pair.query += static_cast<std::int32_t>(before_query);
        pair.candidate += static_cast<std::int32_t>(before);
        match.pairs.push_back(pair);
      }
      before_query += static_cast<std::size_t>(count);
      before += static_cast<std::size_t>(rows[s].size());
    }
    return match;
  }
  LocalMatch operator()(const LocalFeatures& query, const LocalFeatures& candidate) const { return (*this)(prepare(query), candidate); }
  std::string_view score_name() const { return "standardised score"; }

  /// The scores of one query's candidates: each size's standardised by their mean and standard deviation, then weighed.
  void compared(std::span<LocalMatch> matches) const {
    for (LocalMatch& match : matches) match.score = 0;
    const auto count = static_cast<double>(matches.size());
    for (std::size_t s = 0; s < settings_.scales.size(); ++s) {
      double mean = 0, variance = 0;
      for (const LocalMatch& match : matches) mean += static_cast<double>(match.parts[s]) / count;
      for (const LocalMatch& match : matches) variance += std::pow(static_cast<double>(match.parts[s]) - mean, 2) / count;
      if (!(variance > 0)) continue;
      for (LocalMatch& match : matches)
        match.score += settings_.weights[s] * static_cast<float>((static_cast<double>(match.parts[s]) - mean) / std::sqrt(variance));
    }
  }

 private:
  /// A photo's patches from one size on.
  struct From {
    const LocalPlaces& places;
    std::size_t first;
  };

  Grid positions(std::size_t scale, Grid grid) const { return settings_.scales[scale].window().positions(grid); }

  /// The rows of each size.
  std::vector<Rows> rows_of(const LocalFeatures& photo) const {
    const Rows all = photo;
    std::vector<Rows> rows;
    std::int64_t begin = 0;
    for (std::size_t s = 0; s < settings_.scales.size(); ++s) {
      const std::int64_t count = positions(s, photo.grid).patches();
      VPR_REQUIRE(ShapeError, begin + count <= all.size(), "Patch-NetVLAD: got ", all.size(), " patches of a grid of ", photo.grid.height,
                  "x", photo.grid.width, ", want those of ", settings_.scales.size(), " sizes");
      rows.push_back(all.slice(begin, count));
      begin += count;
    }
    VPR_REQUIRE(ShapeError, begin == all.size(), "Patch-NetVLAD: got ", all.size(), " patches of a grid of ", photo.grid.height, "x",
                photo.grid.width, ", want ", begin);
    return rows;
  }

  float spatial(const std::vector<MatchedPair>& pairs, std::size_t scale, Grid query, Grid candidate) const {
    const Grid from = positions(scale, query), to = positions(scale, candidate);
    std::vector<std::pair<double, double>> moves;
    double mean_x = 0, mean_y = 0, score = 0;
    for (const MatchedPair& pair : pairs) {
      const std::int64_t x = pair.candidate % to.width - pair.query % from.width, y = pair.candidate / to.width - pair.query / from.width;
      moves.emplace_back(x, y);
      mean_x += static_cast<double>(x) / static_cast<double>(pairs.size());
      mean_y += static_cast<double>(y) / static_cast<double>(pairs.size());
    }
    for (const auto& [x, y] : moves) {
      score += std::pow(static_cast<double>(from.width - 1) - std::abs(x - mean_x), 2) +
               std::pow(static_cast<double>(from.height - 1) - std::abs(y - mean_y), 2);
    }
    return static_cast<float>(score);
  }

  /// Leaves of the pairs those that agree, as from the candidate to the query, and counts them.
  float homography(std::vector<MatchedPair>& pairs, std::size_t scale, From query, From candidate) const {
    std::vector<Correspondence> all;
    for (const MatchedPair& pair : pairs) {
      const MatchedPair of_all{pair.query + static_cast<std::int32_t>(query.first),
                               pair.candidate + static_cast<std::int32_t>(candidate.first)};
      const Correspondence both = correspondence(of_all, query.places, candidate.places);
      all.push_back({both.to, both.from});
    }
    const double threshold = settings_.threshold * static_cast<double>(settings_.scales[scale].stride);
    std::vector<MatchedPair> agreeing;
    for (const std::int32_t i : ransac<Model>(all, {.threshold = threshold, .seed = settings_.seed}).inliers)
      agreeing.push_back(pairs[static_cast<std::size_t>(i)]);
    pairs = std::move(agreeing);
    return static_cast<float>(pairs.size());
  }

  PatchMatcherSettings settings_;
};

using PatchMatcher = PatchMatcherOf<Homography>;

static_assert(Matcher<PatchMatcher>);

}  // namespace vpr
