// SPDX-License-Identifier: MIT
/// @file
/// TransVPR.
#pragma once

#include <vpr/aggregator/level_attention.hpp>
#include <vpr/aggregator/shared.hpp>
#include <vpr/backbone/trans_vpr.hpp>
#include <vpr/local/attended.hpp>
#include <vpr/matcher/masked.hpp>
#include <vpr/matcher/verified.hpp>
#include <vpr/model/backbone_name.hpp>
#include <vpr/model/two_stage.hpp>

#include <cstdint>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

namespace vpr {

/// TransVPR (Wang et al., CVPR 2022): a convolutional stem and a transformer, whose levels are pooled by attention, and tokens that re-rank
/// by how many of the attended ones agree on a homography within 24 pixels. D = 256, 30×40×256 local features of a photo at 480×640.
///
/// The authors' evaluation puts candidates of equal scores in the reverse of the first stage's order; here they keep it.
template <class B = Cpu<f32>>
using TransVprSystem =
    TwoStage<Pipeline<TransVpr<B>, Shared<LevelAttention<B>>>, AttendedTokens<B>, Verified<Masked<MutualNearest<>>, Homography>>;

/// The system with the authors' preprocessing, a resize of the tensor to 480×640, and the names of their checkpoints.
template <class B = Cpu<f32>>
TransVprSystem<B> make_trans_vpr(const TransVprConfig& config = {}) {
  Shared<LevelAttention<B>> pool(LevelAttention<B>(config.channels, std::ssize(config.levels)));
  AttendedTokens<B> head(pool.inner, config.channels);
  Pipeline<TransVpr<B>, Shared<LevelAttention<B>>> pipeline(TransVpr<B>(config), std::move(pool), NormaliseThenResize<>{{{480, 640}}},
                                                            {.backbone = "", .aggregator = "pool."});
  return TransVprSystem<B>(std::move(pipeline), std::move(head), {{}, {.threshold = 1.5}});
}

/// See `NamedBackbone`.
struct TransVprBackbones {
  template <class Row>
  static std::vector<Row> rows() {
    const auto make = []<class B>(const BackboneOptions& options) {
      VPR_REQUIRE(ConfigError, options.parts == 0 && options.position_rule.empty(),
                  "backbone 'transvpr-extractor' is not cut, and has no position embeddings");
      return TransVpr<B>();
    };
    return {{.name = "transvpr-extractor",
             .meaning = "TransVPR's network: four levels of 256 channels",
             .position_rule = "none",
             .factory = make}};
  }
};

/// See `NamedSystem`.
struct TransVprSystems {
  template <class Row>
  static std::vector<Row> rows() {
    return {Row{.name = "transvpr",
                .meaning = "TransVPR: 256 dimensions, and attended tokens to re-rank with by a homography",
                .paper = "Wang et al., CVPR 2022",
                .weights = "github.com/RuotongWANG/TransVPR-model-implementation",
                .licence = "none stated",
                .backbone = "transvpr-extractor",
                .preprocess = "normalise-then-resize-tensor",
                .size = {480, 640},
                .dimensions = 256,
                .recipe = {},
                .published = "re-ranked Pitts30k 89.0 / 94.9, Tokyo 24/7 79.0 / 82.2, MSLS-val 86.8 / 91.2, as SelaVPR's paper has them",
                .checked = "network, masks and matching: transvpr_*",
                .left_out = "its training",
                .factory = []<class B>(std::string_view network) {
                  VPR_REQUIRE(ConfigError, network == "transvpr-extractor", "there is no network '", network,
                              "' for TransVPR; there is transvpr-extractor");
                  return make_trans_vpr<B>();
                }}};
  }
};

}  // namespace vpr
