// SPDX-License-Identifier: MIT
/// @file
/// Models by the names that a command line gives them: `dinov2-vits14+gem`.
#pragma once

#include <vpr/aggregator.hpp>
#include <vpr/aggregator/vocabulary.hpp>
#include <vpr/backbone/tapped.hpp>
#include <vpr/io/load.hpp>
#include <vpr/io/open.hpp>
#include <vpr/local/patches.hpp>
#include <vpr/matcher/mutual_nearest.hpp>
#include <vpr/model/any_pipeline.hpp>
#include <vpr/model/any_two_stage.hpp>
#include <vpr/model/dinov2.hpp>

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vpr {

/// An aggregator's name, and what it is.
struct NamedAggregator {
  std::string_view name;
  std::string_view meaning;
};

inline constexpr std::array<NamedAggregator, 4> named_aggregators{{
    {"cls", "the class token"},
    {"mean", "the mean of the patches"},
    {"gem", "the generalised mean of the patches, p = 3"},
    {"vlad", "residuals to a vocabulary of words, as AnyLoc"},
}};

/// The features of a photo's patches, N×C, as a model's aggregator will get them.
struct PatchFeatures {
  std::int64_t channels = 0;
  std::function<std::vector<float>(const ImageView&)> of;
};

/// Which local features a model looks at candidates with.
enum class LocalKind {
  patches,  ///< the backbone's tokens
  head,     ///< those of the model's own local head
};

/// What a model is made of.
struct ModelRequest {
  std::string name;                                             ///< BACKBONE+AGGREGATOR
  std::string weights;                                          ///< file of the backbone's weights
  ImageSize size{224, 224};                                     ///< what the preprocessing aims at
  std::string preprocess = "normalise-then-resize-tensor";      ///< see `find_preprocess`
  Tap tap = {};                                                 ///< with a block: its tokens, each at unit length
  std::optional<PositionRule> positions = std::nullopt;         ///< other than the model was published with
  LocalKind local = LocalKind::patches;                         ///< for `load_two_stage`
  std::optional<Tap> local_tap = std::nullopt;                  ///< where its patches are taken; nothing: the aggregator's
  std::function<Vocabulary(const PatchFeatures&)> vocabulary = {};  ///< for vlad: gives the words, and may look at features to find them
};

namespace detail {

inline auto load_pipeline(const ModelRequest& request) {
  const std::size_t plus = request.name.find('+');
  const std::string aggregator = plus == std::string::npos ? "" : request.name.substr(plus + 1);
  const auto known = std::find_if(named_aggregators.begin(), named_aggregators.end(), [&](const NamedAggregator& named) { return named.name == aggregator; });
  require<ConfigError>(known != named_aggregators.end(), "model '", request.name, "': want BACKBONE+AGGREGATOR, the aggregator one of cls, mean, gem, vlad");
  VitConfig config = find_vit(std::string_view(request.name).substr(0, plus));
  if (request.positions) config = config.with(*request.positions);
  for (const Tap& tap : {request.tap, request.local_tap.value_or(Tap{})}) {
    require<ConfigError>(tap.block < config.depth, "model '", request.name, "': got block ", tap.block, ", it has blocks 0 to ", config.depth - 1);
  }

  using Network = Tapped<DinoV2<VitConfig>>;
  Pipeline<Network, AnyAggregator<>> pipeline(Network(DinoV2<VitConfig>(config), request.tap), AnyAggregator<>(Mean<>()),
                                              find_preprocess(request.preprocess, request.size));
  load(pipeline.backbone, open_weights(request.weights));
  const auto use = [&](auto chosen) {
    if (request.tap.block < 0) {
      pipeline.aggregator = AnyAggregator<>(std::move(chosen));
    } else {
      pipeline.aggregator = AnyAggregator<>(L2Tokens(std::move(chosen)));
    }
  };
  if (aggregator == "cls") use(ClassToken<>());
  if (aggregator == "mean") use(Mean<>());
  if (aggregator == "gem") use(GeM<>());
  if (aggregator == "vlad") {
    require<ConfigError>(static_cast<bool>(request.vocabulary), "model '", request.name, "': vlad needs a vocabulary");
    const Vocabulary words = request.vocabulary({config.channels, [&](const ImageView& photo) {
                                                   return pipeline.backbone(pipeline.prepared(std::span(&photo, 1))).patches.to_vector();
                                                 }});
    require<ConfigError>(words.shape[1] == config.channels, "model '", request.name, "': the vocabulary's words have ", words.shape[1], " channels, the network's features ",
                         config.channels);
    use(Vlad<>(Tensor<Cpu<f32>>::from(words.shape, words.centres)));
  }
  return pipeline;
}

}  // namespace detail

/// The model of that name with its weights.
/// @throws ConfigError  for a name that does not exist, with those that do
/// @throws Error        for weights that cannot be read or do not fit
inline AnyPipeline load_model(const ModelRequest& request) { return detail::load_pipeline(request); }

/// The same with local features: the patches of its backbone, matched by mutual nearest neighbours.
/// @throws ConfigError  also for a local head where the model has none
inline AnyTwoStage load_two_stage(const ModelRequest& request) {
  require<ConfigError>(request.local == LocalKind::patches, "model '", request.name, "' has no local head of its own: take its patches");
  return TwoStage(detail::load_pipeline(request), Patches<>(), MutualNearest<>(), request.local_tap);
}

}  // namespace vpr
