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
#include <vpr/model/systems.hpp>

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace vpr {

/// An aggregator's name, and what it is.
struct NamedAggregator {
  std::string_view name;
  std::string_view meaning;
  bool learned = false;  ///< its parameters must be in the weight file, beside the backbone's
};

inline constexpr std::array<NamedAggregator, 8> named_aggregators{{
    {"cls", "the class token"},
    {"mean", "the mean of the patches"},
    {"gem", "the generalised mean of the patches, p = 3"},
    {"vlad", "residuals to a vocabulary of words, as AnyLoc"},
    {"netvlad", "residuals to 32 learned words", true},
    {"netvlad-8192", "the same, reduced to 8192 dimensions by a learned map", true},
    {"mixvpr", "mixed maps of a 16x16 grid, 4096 dimensions", true},
    {"salad", "optimal transport to 64 clusters, 8192 + 256 dimensions", true},
}};

/// The features of a photo's patches, N×C, as a model's aggregator will get them.
struct PatchFeatures {
  std::int64_t channels = 0;
  std::function<std::vector<float>(const RgbPhoto&)> of;
};

/// Which local features a model looks at candidates with.
enum class LocalKind {
  patches,  ///< the backbone's tokens
  head,     ///< those of the model's own local head
};

/// What a model is made of.
struct ModelRequest {
  std::string name;                                      ///< BACKBONE+AGGREGATOR, SYSTEM or `SYSTEM@BACKBONE`: see `named_systems`
  std::string weights;                                   ///< file of the weights: of the backbone, or of all where more is learned
  std::optional<ImageSize> size = std::nullopt;          ///< what the preprocessing aims at; nothing: as published, 224×224 for a backbone
  std::string preprocess = {};                           ///< see `find_preprocess`; nothing: as published
  Tap tap = {};                                          ///< with a block: its tokens, each at unit length
  std::optional<PositionRule> positions = std::nullopt;  ///< other than the model was published with
  std::optional<LocalKind> local = std::nullopt;         ///< for `load_two_stage`; nothing: its head where it has one, else patches
  std::optional<Tap> local_tap = std::nullopt;           ///< where its patches are taken; nothing: the aggregator's
  std::function<Vocabulary(const PatchFeatures&)> vocabulary = {};  ///< for vlad: gives the words, and may look at features to find them
  std::int64_t block = 0;                                           ///< for cricavpr: photos that are mixed, in their order; 0: each alone
  std::vector<ImageView> companions = {};                           ///< for cricavpr: photos that each one is mixed with
};

namespace detail {

/// A published system with its weights.
template <class System>
System load_system(System system, const NamedSystem& named, const ModelRequest& request) {
  VPR_REQUIRE(ConfigError, request.tap.block < 0 && !request.positions, "model '", request.name,
              "' is described as it was published: another block or position rule is for BACKBONE+AGGREGATOR");
  auto& pipeline = first_stage_of(system);
  load(system, open_weights(request.weights));
  if (request.size || !request.preprocess.empty()) {
    pipeline.preprocess =
        find_preprocess(request.preprocess.empty() ? named.preprocess : request.preprocess, request.size.value_or(named.size));
  }
  if constexpr (std::decay_t<decltype(pipeline)>::mixes) {
    using Company = std::decay_t<decltype(pipeline.aggregator.company)>;
    VPR_REQUIRE(ConfigError, request.block == 0 || request.companions.empty(), "model '", request.name,
                "': choose blocks or companions, not both");
    if (request.block > 0) pipeline.aggregator.company = Company::blocks(request.block);
    if (!request.companions.empty()) {
      pipeline.aggregator.company = Company::with(pipeline.parts(pipeline.backbone(pipeline.prepared(request.companions))));
    }
  } else {
    VPR_REQUIRE(ConfigError, request.block == 0 && request.companions.empty(), "model '", request.name,
                "' describes each photo by itself: blocks and companions are for cricavpr");
  }
  return system;
}

/// The aggregator of that name for a network, with the weights that it has from the start.
inline AnyAggregator<> make_aggregator(const NamedAggregator& named, const VitConfig& config, bool of_block,
                                       const std::function<Vocabulary()>& vocabulary) {
  const auto chosen = [of_block](auto aggregator) {
    return of_block ? AnyAggregator<>(L2Tokens(std::move(aggregator))) : AnyAggregator<>(std::move(aggregator));
  };
  const NetVladSettings net_vlad{.channels = config.channels, .clusters = 32};
  if (named.name == "cls") return chosen(ClassToken<>());
  if (named.name == "mean") return chosen(Mean<>());
  if (named.name == "gem") return chosen(GeM<>());
  if (named.name == "netvlad") return chosen(NetVlad<>(net_vlad));
  if (named.name == "netvlad-8192") return chosen(Projected(NetVlad<>(net_vlad), config.channels, 8192));
  if (named.name == "mixvpr") return chosen(MixVpr<>({.channels = config.channels, .grid = {16, 16}}));
  if (named.name == "salad") return chosen(SaladAggregator<>({.channels = config.channels}));
  const Vocabulary words = vocabulary();
  VPR_REQUIRE(ConfigError, words.shape[1] == config.channels, "vlad: the vocabulary's words have ", words.shape[1],
              " channels, the network's features ", config.channels);
  return chosen(Vlad<>(Tensor<Cpu<f32>>::from(words.shape, words.centres)));
}

/// BACKBONE+AGGREGATOR with its weights.
inline auto load_pipeline(const ModelRequest& request) {
  const std::size_t plus = request.name.find('+');
  const std::string aggregator = plus == std::string::npos ? "" : request.name.substr(plus + 1);
  const auto* const named = std::find_if(named_aggregators.begin(), named_aggregators.end(),
                                         [&](const NamedAggregator& known) { return known.name == aggregator; });
  if (named == named_aggregators.end()) {
    std::string known;
    for (const NamedAggregator& one : named_aggregators) known.append(known.empty() ? "" : ", ").append(one.name);
    std::string systems;
    for (const NamedSystem& one : named_systems) systems.append(systems.empty() ? "" : ", ").append(one.name);
    fail<ConfigError>("model '", request.name, "': want BACKBONE+AGGREGATOR, the aggregator one of ", known,
                      "; or SYSTEM or SYSTEM@BACKBONE, the system one of ", systems);
  }
  VitConfig config = find_vit(std::string_view(request.name).substr(0, plus));
  if (request.positions) config = config.with(*request.positions);
  VPR_REQUIRE(ConfigError, request.block == 0 && request.companions.empty(), "model '", request.name,
              "' describes each photo by itself: blocks and companions are for cricavpr");
  for (const Tap& tap : {request.tap, request.local_tap.value_or(Tap{})}) {
    VPR_REQUIRE(ConfigError, tap.block < config.depth, "model '", request.name, "': got block ", tap.block, ", it has blocks 0 to ",
                config.depth - 1);
  }

  using Network = Tapped<DinoV2<VitConfig>>;
  const std::string order = request.preprocess.empty() ? std::string(resize_tensor) : request.preprocess;
  Pipeline<Network, AnyAggregator<>> pipeline(Network(DinoV2<VitConfig>(config), request.tap), AnyAggregator<>(Mean<>()),
                                              find_preprocess(order, request.size.value_or(ImageSize{224, 224})));
  if (!named->learned) load(pipeline.backbone, open_weights(request.weights));
  pipeline.aggregator = make_aggregator(*named, config, request.tap.block >= 0, [&] {
    VPR_REQUIRE(ConfigError, static_cast<bool>(request.vocabulary), "model '", request.name, "': vlad needs a vocabulary");
    return request.vocabulary({config.channels, [&](const RgbPhoto& photo) {
                                 const ImageView& view = photo;
                                 return pipeline.backbone(pipeline.prepared(std::span(&view, 1))).patches.to_vector();
                               }});
  });
  if (named->learned) load(pipeline, open_weights(request.weights));
  return pipeline;
}

}  // namespace detail

/// The model of that name with its weights.
/// @throws ConfigError  for a name that does not exist, with those that do, or options that the model does not have
/// @throws Error        for weights that cannot be read or do not fit
inline AnyPipeline load_model(const ModelRequest& request) {
  const NamedSystem* const named = find_system(SystemName(request.name).system);
  if (named == nullptr) return detail::load_pipeline(request);
  std::optional<AnyPipeline> model;
  with_system<Cpu<f32>>(request.name, [&](auto system) {
    auto loaded = detail::load_system(std::move(system), *named, request);
    model.emplace(std::move(first_stage_of(loaded)));
  });
  return *model;
}

/// The same with local features: its own head's where it has one and nothing else is asked for, else the patches of its backbone,
/// matched by mutual nearest neighbours.
/// @throws ConfigError  also for a local head where the model has none, and for a tap of one
inline AnyTwoStage load_two_stage(const ModelRequest& request) {
  const NamedSystem* const named = find_system(SystemName(request.name).system);
  const auto with_patches = [&](auto pipeline) -> AnyTwoStage {
    VPR_REQUIRE(ConfigError, request.local != LocalKind::head, "model '", request.name, "' has no local head of its own: take its patches");
    return TwoStage(std::move(pipeline), Patches<>(), MutualNearest<>(), request.local_tap);
  };
  if (named == nullptr) return with_patches(detail::load_pipeline(request));
  const bool wants_head = request.local.value_or(request.local_tap ? LocalKind::patches : LocalKind::head) == LocalKind::head;
  std::optional<AnyTwoStage> model;
  with_system<Cpu<f32>>(request.name, [&](auto system) {
    auto loaded = detail::load_system(std::move(system), *named, request);
    if constexpr (requires { loaded.head; }) {
      if (wants_head) {
        VPR_REQUIRE(ConfigError, !request.local_tap, "model '", request.name,
                    "': its local head was trained on its final features: leave the block out");
        model.emplace(std::move(loaded));
        return;
      }
    }
    model.emplace(with_patches(std::move(first_stage_of(loaded))));
  });
  return *model;
}

}  // namespace vpr
