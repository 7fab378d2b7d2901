// SPDX-License-Identifier: MIT
/// @file
/// SuperPoint and SuperGlue.
#pragma once

#include <vpr/aggregator/simple.hpp>
#include <vpr/backbone/super_point.hpp>
#include <vpr/local/super_point.hpp>
#include <vpr/matcher/super_glue.hpp>
#include <vpr/model/backbone_name.hpp>
#include <vpr/model/two_stage.hpp>

#include <string_view>
#include <utility>
#include <vector>

namespace vpr {

/// SuperPoint's keypoints (DeTone et al. 2018), matched by SuperGlue (Sarlin et al., CVPR 2020), as a second stage. They describe no photo
/// as a whole: the first stage is the mean of SuperPoint's map, D = 128, which nobody published; candidates are better taken from another
/// system.
template <class B = Cpu<f32>>
using SuperGlueSystem = TwoStage<Pipeline<SuperPointEncoder<B>, Mean<B>>, SuperPoint<B>, SuperGlue<B>>;

/// The system at the size of the authors' scripts, 480×640, with at most 1024 keypoints, and the names of their two files together.
///
/// The authors read photos as grey in 8 bits; here the grey is of the resized RGB, not rounded.
template <class B = Cpu<f32>>
SuperGlueSystem<B> make_super_glue(SuperPointSettings keypoints = {.most_keypoints = 1024}, const SuperGlueSettings& matching = {}) {
  Pipeline<SuperPointEncoder<B>, Mean<B>> pipeline(SuperPointEncoder<B>(), Mean<B>(), NormaliseThenResize<>{{{480, 640}}},
                                                   {.backbone = "", .aggregator = "", .head = "", .matcher = ""});
  return SuperGlueSystem<B>(std::move(pipeline), SuperPoint<B>(keypoints), SuperGlue<B>(matching));
}

/// See `NamedBackbone`.
struct SuperPointBackbones {
  template <class Row>
  static std::vector<Row> rows() {
    const auto make = []<class B>(const BackboneOptions& options) {
      VPR_REQUIRE(ConfigError, options.parts == 0 && options.position_rule.empty(),
                  "backbone 'superpoint' is not cut, and has no position embeddings");
      return SuperPointEncoder<B>();
    };
    return {{.name = "superpoint", .meaning = "SuperPoint's encoder: 128 channels", .position_rule = "none", .factory = make}};
  }
};

/// See `NamedSystem`.
struct SuperGlueSystems {
  template <class Row>
  static std::vector<Row> rows() {
    return {Row{
        .name = "superglue",
        .meaning = "SuperPoint's keypoints, to re-rank with by SuperGlue; 128 dimensions, the mean of its map, which was not published",
        .paper = "DeTone et al., CVPRW 2018; Sarlin et al., CVPR 2020",
        .weights = "github.com/magicleap/SuperGluePretrainedNetwork, its two files in one",
        .licence = "Magic Leap's: no commercial use",
        .backbone = "superpoint",
        .preprocess = "normalise-then-resize-tensor",
        .size = {480, 640},
        .dimensions = 128,
        .recipe = {},
        .published = "re-ranking NetVLAD Pitts30k 87.2 / 94.8, Tokyo 24/7 88.2 / 90.2, MSLS-val 78.1 / 81.9, as SelaVPR's paper has them",
        .checked = "keypoints, descriptors, transport and matches: superpoint_*, superglue_*",
        .left_out = "its training",
        .factory = []<class B>(std::string_view network) {
          VPR_REQUIRE(ConfigError, network == "superpoint", "there is no network '", network, "' for SuperGlue; there is superpoint");
          return make_super_glue<B>();
        }}};
  }
};

}  // namespace vpr
