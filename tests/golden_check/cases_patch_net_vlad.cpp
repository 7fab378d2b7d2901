// SPDX-License-Identifier: MIT
#include "tests/golden_check/models.hpp"

#include <vpr/aggregator/shared.hpp>
#include <vpr/local/patch_net_vlad.hpp>
#include <vpr/matcher/patches.hpp>

#include <cmath>
#include <span>

namespace {

using namespace vpr::test;
using vpr::PatchScale;

std::vector<PatchScale> scales_of(const Golden& golden) {
  std::vector<PatchScale> scales;
  for (const std::int64_t size : golden.config().at("patch_sizes"))
    scales.push_back({size, golden.config().at("strides").at(scales.size()).get<std::int64_t>()});
  return scales;
}

const Register patch_net_vlad("patchnetvlad", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() {
    const auto features = map_features<B>(golden, "in.features");
    const std::int64_t channels = features.patches.shape()[2], clusters = golden.config("num_clusters", std::int64_t{64});
    const std::int64_t outputs = golden.config("num_pcs", channels * clusters);
    vpr::Shared shared(vpr::Projected(vpr::NetVlad<B>({.channels = channels, .clusters = clusters}), channels, outputs));
    load_from(golden, shared);
    const std::vector<PatchScale> scales = scales_of(golden);
    const vpr::PatchNetVlad<B> head(shared.inner, scales);
    check("main", shared.inner->inner(features).to_vector());
    if (check.wants("global_pca")) check("global_pca", shared(features).to_vector());
    const auto local = head(features);
    std::int64_t begin = 0;
    for (const PatchScale& scale : scales) {
      const std::string name = "patch" + std::to_string(scale.size);
      const auto described = head.described(features, scale);
      const std::int64_t count = described.shape()[1];
      check(name, maps(described));
      if (check.wants(name + "_pca")) check(name + "_pca", maps(slice(local.tokens, 1, begin, begin + count)));
      begin += count;
    }
  });
});

const Register patch_spatial("patch_spatial", [](const Golden& golden, const Options&, Check& check) {
  vpr::PatchMatcherSettings settings{scales_of(golden), golden.config().at("weights").get<std::vector<float>>(),
                                     vpr::PatchScoring::spatial};
  const auto grid = golden.config().at("grid").get<std::vector<std::int64_t>>();
  const auto count = golden.config<std::int64_t>("n", 1), dim = golden.config<std::int64_t>("dim", 1);
  vpr::LocalFeatures query{{grid[0], grid[1]}, dim};
  std::vector<vpr::LocalFeatures> candidates(static_cast<std::size_t>(count), query);
  for (const PatchScale& scale : settings.scales) {
    const std::string size = std::to_string(scale.size);
    if (check.wants("keypoints" + size)) {  // of pixels, of which the first has its centre at 0, rounded down
      std::vector<std::int64_t> pixels;
      for (const bool down : {false, true}) {
        for (const vpr::Keypoint& place : vpr::patch_places(query.grid, std::span(&scale, 1))) {
          const double cells = double{down ? place.y : place.x} * static_cast<double>(down ? grid[0] : grid[1]);
          pixels.push_back(static_cast<std::int64_t>(std::floor(16 * cells - 0.5 + 1e-3)));
        }
      }
      check("keypoints" + size, pixels);
    }
    const std::vector<float> of_query = golden.values("in.query" + size), database = golden.values("in.database" + size);
    const auto each = static_cast<std::ptrdiff_t>(of_query.size());
    query.values.insert(query.values.end(), of_query.begin(), of_query.end());
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      const auto from = database.begin() + static_cast<std::ptrdiff_t>(i) * each;
      candidates[i].values.insert(candidates[i].values.end(), from, from + each);
      candidates[i].keypoints.resize(candidates[i].values.size() / static_cast<std::size_t>(dim));
    }
  }
  query.keypoints.resize(query.values.size() / static_cast<std::size_t>(dim));
  const vpr::PatchMatcher matcher(settings);
  std::vector<vpr::LocalMatch> matches;
  std::vector<float> parts, scores;
  for (const vpr::LocalFeatures& candidate : candidates) {
    matches.push_back(matcher(query, candidate));
    for (const float part : matches.back().parts) parts.push_back(-part);  // the authors': less is better
  }
  matcher.compared(matches);
  for (const vpr::LocalMatch& match : matches) scores.push_back(-match.score);
  check("scores", parts);
  check("main", scores);
});

}  // namespace
