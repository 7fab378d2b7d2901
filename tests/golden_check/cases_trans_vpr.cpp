// SPDX-License-Identifier: MIT
#include "tests/golden_check/models.hpp"

#include <vpr/backend/shapes.hpp>
#include <vpr/io/load.hpp>
#include <vpr/model/trans_vpr.hpp>

#include <algorithm>
#include <cmath>

namespace {

using namespace vpr::test;

const Register trans_vpr("transvpr", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() {
    vpr::TransVprConfig config;
    config.channels = golden.config("embedding_dim", config.channels);
    config.depth = golden.config("num_layers", config.depth);
    config.heads = golden.config("num_heads", config.heads);
    config.mlp_ratio = golden.config("mlp_ratio", config.mlp_ratio);
    config.levels = golden.config("level", config.levels);
    config.local_layer = golden.config("layer", config.local_layer);
    auto model = vpr::make_trans_vpr<B>(config);
    vpr::load(model, golden.weights());  // strictly, by the names of the authors' checkpoints

    const vpr::TransVpr<B>& network = model.pipeline.backbone;
    const auto images = tensor<B>(golden, "in.image");
    const auto stem = network.maps(images);
    for (std::size_t i = 0; i < stem.size(); ++i) {
      const std::string name = "conv" + std::to_string(i + 1);
      if (check.wants(name)) check(name, maps(stem[i]));
    }
    const auto tokens = network.tokens(stem, images.shape());
    check("tokens", tokens.to_vector());
    if (check.wants("levels")) {  // of each image, those of all layers
      const auto levels = network.levels(tokens);
      const auto each = static_cast<std::ptrdiff_t>(levels[0].elements() / images.shape()[0]);
      std::vector<float> all;
      for (std::int64_t image = 0; image < images.shape()[0]; ++image) {
        for (const auto& level : levels) {
          const std::vector<float> values = level.to_vector();
          all.insert(all.end(), values.begin() + image * each, values.begin() + (image + 1) * each);
        }
      }
      check("levels", all);
    }
    const auto features = network(images);
    const vpr::LevelAttention<B>& pool = *model.pipeline.aggregator.inner;
    const auto attention = pool.attention(features);
    check("attention", attention.to_vector());
    check("before_fc", pool.pooled(features, attention).to_vector());
    const auto [descriptors, local] = model(images);
    check("local", local.tokens.to_vector());
    check("token_mask", model.head.token_scores(features));
    check("main", descriptors.to_vector());
  });
});

const Register trans_vpr_match("transvpr_match", [](const Golden& golden, const Options&, Check& check) {
  const auto sides = golden.config().at("grid").get<std::vector<std::int64_t>>();
  const vpr::Grid grid{sides[0], sides[1]};
  const auto photo = [&](const std::vector<float>& values, const std::vector<float>& masks, std::int64_t index) {
    const std::int64_t channels = std::ssize(values) / std::ssize(masks), size = grid.patches();
    const auto from = values.begin() + index * size * channels;
    vpr::LocalFeatures features{grid, channels, {from, from + size * channels}};
    for (std::int64_t i = 0; i < size; ++i) {
      features.keypoints.push_back(vpr::LocalPlaces{grid}[i]);
      features.keypoints.back().score = masks[static_cast<std::size_t>(index * size + i)];
    }
    return features;
  };
  const std::vector<float> database = golden.values("in.database"), masks = golden.values("in.database_mask");
  const vpr::LocalFeatures query = photo(golden.values("in.query"), golden.values("in.query_mask"), 0);
  auto matcher = vpr::make_trans_vpr<vpr::Shapes>().matcher;
  matcher.matcher.threshold = golden.config("threshold", matcher.matcher.threshold);

  std::vector<std::int64_t> of_query, of_database, offsets{0};
  std::vector<std::int64_t> expected = golden.integers("out.main"), scores;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const vpr::LocalFeatures candidate = photo(database, masks, static_cast<std::int64_t>(i));
    const std::vector<vpr::MatchedPair> pairs = matcher.matcher(query, candidate).pairs;
    for (const vpr::MatchedPair& pair : pairs.size() < 4 ? std::vector<vpr::MatchedPair>() : pairs) {
      of_query.push_back(pair.query);
      of_database.push_back(pair.candidate);
    }
    offsets.push_back(std::ssize(of_query));
    scores.push_back(expected[i] < 0 ? -1 : std::lround(matcher(query, candidate).score));
  }
  check("match_query", of_query);
  check("match_database", of_database);
  check("match_offsets", offsets);
  check("main", scores);
  std::vector<std::int64_t> keypoints;  // of pixels, of which a cell has 16
  for (const vpr::Keypoint& place : query.keypoints) {
    keypoints.push_back(std::lround(16 * place.x * static_cast<float>(grid.width)));
    keypoints.push_back(std::lround(16 * place.y * static_cast<float>(grid.height)));
  }
  check("keypoints", keypoints);
});

}  // namespace
