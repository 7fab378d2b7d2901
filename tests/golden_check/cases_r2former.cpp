// SPDX-License-Identifier: MIT
#include "tests/golden_check/models.hpp"

#include <vpr/io/load.hpp>
#include <vpr/model/r2former.hpp>

#include <algorithm>
#include <cmath>

namespace {

using namespace vpr::test;

const Register r2former("r2former", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() {
    if (golden.config<std::int64_t>("mlp_ratio", 4) != 4) throw Skipped{"the feed-forward network is four times as wide"};
    vpr::R2FormerSettings settings;
    settings.network.channels = golden.config("embed_dim", settings.network.channels);
    settings.network.depth = golden.config("depth", settings.network.depth);
    settings.network.heads = golden.config("num_heads", settings.network.heads);
    const auto trained = golden.config("resize", std::vector<std::int64_t>{480, 640});
    settings.network.trained = {trained[0] / 16, trained[1] / 16};
    settings.dimensions = golden.config("fc_output_dim", settings.dimensions);
    settings.local_channels = golden.config("local_dim", settings.local_channels);
    settings.most_local = golden.config("num_local", settings.most_local);
    auto model = vpr::make_r2former<B>(settings);
    vpr::load(model, golden.weights());  // strictly, by the names of the authors' checkpoints

    const vpr::R2FormerNetwork<B>& network = model.pipeline.backbone;
    const auto images = tensor<B>(golden, "in.image");
    const auto features = network(images);
    const vpr::TokenLayout layout{2, features.grid};
    auto x = network.embed(images);
    check("tokens", x.to_vector());
    for (std::size_t i = 0; i < network.blocks().size(); ++i) {
      x = network.blocks()[i](std::move(x), layout);
      if (i == 0) check("block0", x.to_vector());
    }
    check("norm", network.normed(x).to_vector());
    const std::int64_t channels = settings.network.channels;
    check("attention_map", slice(features.patches, 2, channels, channels + 1).to_vector());

    const auto [descriptors, local] = model(images);
    check("main", descriptors.to_vector());
    const auto photos = to_host(local);
    std::vector<std::int64_t> order;
    std::vector<float> rows;
    const auto longer = static_cast<float>(std::max(features.grid.height, features.grid.width));
    for (const vpr::LocalFeatures& photo : photos) {
      for (std::int64_t i = 0; i < photo.size(); ++i) {
        const vpr::Keypoint& point = photo.keypoints[static_cast<std::size_t>(i)];
        const float x_cell = point.x * static_cast<float>(photo.grid.width), y_cell = point.y * static_cast<float>(photo.grid.height);
        order.push_back(std::lround(y_cell - 0.5F) * photo.grid.width + std::lround(x_cell - 0.5F));
        rows.insert(rows.end(), {x_cell / longer, y_cell / longer, point.score});
        const auto from = photo.values.begin() + i * photo.channels;
        rows.insert(rows.end(), from, from + photo.channels);
      }
    }
    check("order", order);
    check("local", rows);

    const auto groups = model.matcher.grouped(photos[0], photos[1]);
    const auto logits =
        model.matcher.logits(model.matcher.all_tokens(model.matcher.group_outputs(model.matcher.pair_tokens(groups)), groups));
    check("rerank_logits", logits.to_vector());
    const std::vector<float> both = descriptors.to_vector();
    float cosine = 0;
    for (std::size_t i = 0; i < both.size() / 2; ++i) cosine += both[i] * both[both.size() / 2 + i];
    check("rerank_score", std::vector<float>{model.matcher.final_score(model.matcher.score(logits), cosine)});
  });
});

const Register r2former_rerank("r2former_rerank", [](const Golden& golden, const Options& options, Check& check) {
  on_backend(options.backend, [&]<class B>() {
    if (golden.config<std::int64_t>("mlp_ratio", 4) != 4) throw Skipped{"the feed-forward network is four times as wide"};
    if (golden.config<std::int64_t>("num_classes", 2) != 2) throw Skipped{"there are two logits"};
    vpr::RerankingTransformerSettings settings;
    settings.channels = golden.config("dim", settings.channels);
    settings.depth = golden.config("depth", settings.depth);
    settings.heads = golden.config("heads", settings.heads);
    settings.partners = golden.config("num_corr", settings.partners);
    vpr::RerankingTransformer<B> transformer(settings);
    vpr::load(transformer, golden.weights());

    const vpr::Shape shape = golden.shape("in.query_local"), global = golden.shape("in.query_global");
    const auto photo = [&](const std::string& of, std::int64_t pair) {
      const std::vector<float> values = golden.values("in." + of + "_local"), places = golden.values("in." + of + "_position");
      const auto from = values.begin() + pair * shape[1] * shape[2];
      vpr::LocalFeatures features{{1, 1}, shape[2], {from, from + shape[1] * shape[2]}};
      for (std::int64_t i = 0; i < shape[1]; ++i) {
        const float* const place = &places[static_cast<std::size_t>((pair * shape[1] + i) * 3)];
        features.keypoints.push_back({place[0], place[1], place[2]});
      }
      return features;
    };
    const std::vector<float> query_global = golden.values("in.query_global"), database_global = golden.values("in.database_global");
    std::vector<float> pair_tokens, before_head2, tokens, norm, logits, scores;
    const auto append = [](std::vector<float>& all, const vpr::Tensor<B>& some) {
      const std::vector<float> values = some.to_vector();
      all.insert(all.end(), values.begin(), values.end());
    };
    for (std::int64_t pair = 0; pair < shape[0]; ++pair) {
      const auto groups = transformer.grouped(photo("query", pair), photo("database", pair));
      const auto of_pairs = transformer.pair_tokens(groups), outputs = transformer.group_outputs(of_pairs);
      const auto all = transformer.all_tokens(outputs, groups), two = transformer.logits(all);
      append(pair_tokens, of_pairs);
      append(before_head2, outputs);
      append(tokens, all);
      append(norm, transformer.normed(all));
      append(logits, two);
      double product = 0, first = 0, second = 0;
      for (std::int64_t i = pair * global[1]; i < (pair + 1) * global[1]; ++i) {
        const double a = query_global[static_cast<std::size_t>(i)], b = database_global[static_cast<std::size_t>(i)];
        product += a * b, first += a * a, second += b * b;
      }
      scores.push_back(transformer.final_score(transformer.score(two), static_cast<float>(product / std::sqrt(first * second))));
    }
    check("pair_tokens", pair_tokens);
    check("before_head2", before_head2);
    check("tokens", tokens);
    check("norm", norm);
    check("main", logits);
    check("score", scores);
  });
});

}  // namespace
