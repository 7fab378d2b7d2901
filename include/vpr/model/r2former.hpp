// SPDX-License-Identifier: MIT
/// @file
/// R2Former.
#pragma once

#include <vpr/aggregator/distilled.hpp>
#include <vpr/backbone/r2former.hpp>
#include <vpr/local/most_attended.hpp>
#include <vpr/matcher/r2former.hpp>
#include <vpr/model/backbone_name.hpp>
#include <vpr/model/two_stage.hpp>

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace vpr {

struct R2FormerSettings {
  R2FormerConfig network;
  std::int64_t dimensions = 256;
  std::int64_t local_channels = 128;
  std::int64_t most_local = 500;  ///< local features of a photo
  RerankingTransformerSettings reranking;
};

/// R2Former (Zhu et al., CVPR 2023): a distilled DeiT-S, of whose class and distillation tokens a descriptor is made, and whose most
/// attended tokens a small transformer compares. D = 256, 500×128 local features.
template <class B = Cpu<f32>>
using R2Former = TwoStage<Pipeline<R2FormerNetwork<B>, DistilledTokens<B>>, MostAttended<B>, RerankingTransformer<B>>;

/// The system with the authors' preprocessing, normalisation and a resize to 480×640, and the names of their checkpoints.
template <class B = Cpu<f32>>
R2Former<B> make_r2former(const R2FormerSettings& settings = {}) {
  const std::int64_t channels = settings.network.channels;
  Pipeline<R2FormerNetwork<B>, DistilledTokens<B>> pipeline(
      R2FormerNetwork<B>(settings.network), DistilledTokens<B>(channels, settings.dimensions), NormaliseThenResize<>{{{480, 640}}},
      {.backbone = "backbone.", .aggregator = "backbone.", .head = "", .matcher = "Reranker."});
  return R2Former<B>(std::move(pipeline), MostAttended<B>(channels, settings.local_channels, settings.most_local),
                     RerankingTransformer<B>(settings.reranking));
}

/// See `NamedBackbone`.
struct R2FormerBackbones {
  template <class Row>
  static std::vector<Row> rows() {
    const auto make = []<class B>(const BackboneOptions& options) {
      VPR_REQUIRE(ConfigError, options.parts == 0 && options.position_rule.empty(),
                  "backbone 'r2former-deit' is not cut, and resizes its position embeddings by a rule of its own");
      return R2FormerNetwork<B>();
    };
    return {{.name = "r2former-deit",
             .meaning = "R2Former's DeiT-S: 384 channels and an attention, two class tokens",
             .position_rule = "none",
             .factory = make}};
  }
};

/// See `NamedSystem`.
struct R2FormerSystems {
  template <class Row>
  static std::vector<Row> rows() {
    return {Row{.name = "r2former",
                .meaning = "R2Former: DeiT-S, 256 dimensions, and a transformer that re-ranks",
                .paper = "Zhu et al., CVPR 2023",
                .weights = "github.com/bytedance/R2Former",
                .licence = "Apache-2.0",
                .backbone = "r2former-deit",
                .preprocess = "normalise-then-resize-tensor",
                .size = {480, 640},
                .dimensions = 256,
                .recipe = {},
                .published = "re-ranked Pitts30k 91.1 / 95.2, Tokyo 24/7 88.6 / 91.4, MSLS-val 89.7 / 95.0, as SelaVPR's paper has them",
                .checked = "network and re-ranking: r2former_*",
                .left_out = "its training",
                .factory = []<class B>(std::string_view network) {
                  VPR_REQUIRE(ConfigError, network == "r2former-deit", "there is no network '", network,
                              "' for R2Former; there is r2former-deit");
                  return make_r2former<B>();
                }}};
  }
};

}  // namespace vpr
