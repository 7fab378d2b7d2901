// SPDX-License-Identifier: MIT
#include "tests/golden_check/models.hpp"

#include <vpr/backbone/super_point.hpp>
#include <vpr/local/super_point.hpp>
#include <vpr/matcher/super_glue.hpp>

#include <algorithm>
#include <cmath>

namespace {

using namespace vpr::test;

const Register super_point("superpoint", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() {
    vpr::SuperPointSettings settings;
    settings.descriptor_dim = golden.config("descriptor_dim", settings.descriptor_dim);
    settings.threshold = golden.config("keypoint_threshold", settings.threshold);
    settings.radius = golden.config("nms_radius", settings.radius);
    settings.border = golden.config("remove_borders", settings.border);
    settings.most_keypoints = golden.config("max_keypoints", settings.most_keypoints);
    vpr::SuperPointEncoder<B> encoder;
    vpr::SuperPoint<B> head(settings);
    load_from(golden, encoder);
    load_from(golden, head);
    const auto features = encoder(tensor<B>(golden, "in.image"));
    const std::vector<float> scores = head.scores(features);
    check("dense_scores", scores);
    check("dense_descriptors", maps(head.descriptors(features)));
    const auto photos = to_host(head(features));
    const vpr::Grid pixels{8 * features.grid.height, 8 * features.grid.width};
    std::vector<std::int64_t> counts;
    for (std::size_t image = 0; image < photos.size(); ++image) {
      const auto from = scores.begin() + static_cast<std::ptrdiff_t>(image) * pixels.patches();
      const std::vector<float> kept = vpr::suppress_non_maxima({from, from + pixels.patches()}, pixels, settings.radius);
      counts.push_back(std::count_if(kept.begin(), kept.end(), [](float score) { return score > 0; }));
      std::vector<std::int64_t> places;
      std::vector<float> of_keypoints;
      for (const vpr::Keypoint& point : photos[image].keypoints) {
        places.push_back(std::lround(point.x * static_cast<float>(pixels.width)));
        places.push_back(std::lround(point.y * static_cast<float>(pixels.height)));
        of_keypoints.push_back(point.score);
      }
      const std::string name = image == 0 ? "" : "image" + std::to_string(image) + '.';
      if (!check.wants(name + "keypoints")) continue;
      check(name + "keypoints", places);
      check(name + "scores", of_keypoints);
      check(image == 0 ? "main" : name + "descriptors",
            maps_of_tokens(photos[image].values, settings.descriptor_dim, photos[image].size()));
    }
    if (check.wants("nms_count")) check("nms_count", counts);
  });
});

const Register super_glue("superglue", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() {
    vpr::SuperGlueSettings settings;
    settings.descriptor_dim = golden.config("descriptor_dim", settings.descriptor_dim);
    settings.keypoint_encoder = golden.config("keypoint_encoder", settings.keypoint_encoder);
    settings.layers = golden.config("gnn_layers", settings.layers);
    settings.iterations = golden.config("sinkhorn_iterations", std::int64_t{100});
    settings.threshold = golden.config("match_threshold", settings.threshold);
    vpr::SuperGlue<B> glue(settings);
    load_from(golden, glue);
    const auto photo = [&](const std::string& number) {
      const auto size = golden.config().at("image" + number).get<std::vector<std::int64_t>>();
      const vpr::Shape shape = golden.shape("in.descriptors" + number);
      vpr::LocalFeatures features{{size[0], size[1]}, shape[1]};
      features.values = tokens_of_maps(golden.values("in.descriptors" + number), shape[1], shape[2]);
      const std::vector<float> places = golden.values("in.keypoints" + number), scores = golden.values("in.scores" + number);
      for (std::size_t i = 0; i < scores.size(); ++i) {
        features.keypoints.push_back(
            {places[2 * i] / static_cast<float>(size[1]), places[2 * i + 1] / static_cast<float>(size[0]), scores[i]});
      }
      return features;
    };
    const vpr::LocalFeatures query = photo("0"), candidate = photo("1");
    const auto of_query = glue.keypoints_of(query), of_candidate = glue.keypoints_of(candidate);
    check("encoded0", maps(glue.encoded(of_query)));
    check("encoded1", maps(glue.encoded(of_candidate)));
    const auto first = add(of_query.descriptors, glue.encoded(of_query)),
               second = add(of_candidate.descriptors, glue.encoded(of_candidate));
    check("layer0_update0", maps(glue.update(0, first, second)));
    check("layer0_update1", maps(glue.update(0, second, first)));
    const auto both = glue.described(of_query, of_candidate);
    check("gnn0", maps(both.first));
    check("gnn1", maps(both.second));
    const auto scores = glue.scores(both.first, both.second), plan = glue.assignment(scores);
    check("scores", maps(scores));
    check("main", maps(plan));

    std::vector<std::int64_t> matches0(static_cast<std::size_t>(query.size()), -1),
        matches1(static_cast<std::size_t>(candidate.size()), -1);
    std::vector<float> scores0(matches0.size()), scores1(matches1.size());
    for (const vpr::MatchedPair& pair : glue.mutual(plan)) {
      scores0[static_cast<std::size_t>(pair.query)] = scores1[static_cast<std::size_t>(pair.candidate)] = pair.similarity;
    }
    for (const vpr::MatchedPair& pair : glue(query, candidate).pairs) {
      matches0[static_cast<std::size_t>(pair.query)] = pair.candidate;
      matches1[static_cast<std::size_t>(pair.candidate)] = pair.query;
    }
    check("matches0", matches0);
    check("matches1", matches1);
    check("matching_scores0", scores0);
    check("matching_scores1", scores1);
  });
});

}  // namespace
