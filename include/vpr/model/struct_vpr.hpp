// SPDX-License-Identifier: MIT
/// @file
/// StructVPR's retrieval.
#pragma once

#include <vpr/aggregator/each_level.hpp>
#include <vpr/aggregator/gem.hpp>
#include <vpr/backbone/mobile_net.hpp>
#include <vpr/backbone/multi_level.hpp>
#include <vpr/image/named_preprocess.hpp>
#include <vpr/model/any_system.hpp>
#include <vpr/model/mobile_net.hpp>
#include <vpr/model/pipeline.hpp>

#include <string_view>
#include <utility>
#include <vector>

namespace vpr {

/// The retrieval of StructVPR (Shen et al., CVPR 2023), by its RGB branch alone, as far as it is known: MobileNetV2, whose maps of an eighth, a
/// sixteenth and a 32nd of the photo's sides are each pooled by GeM. D = 32 + 96 + 320 = 448.
///
/// Its authors published neither code nor weights. Network, levels and D could not be checked against the paper: see docs/models.md.
template <class B = Cpu<f32>>
using StructVpr = Pipeline<MultiLevel<MobileNetV2<B>>, EachLevel<GeM<B>>>;

/// The system on a MobileNetV2 of seven stages, photos at 480×640.
/// @throws ConfigError  for a network of fewer stages
template <class B = Cpu<f32>>
StructVpr<B> make_struct_vpr(const MobileNetV2Config& config = MobileNetV2Config().first(7)) {
  MultiLevel<MobileNetV2<B>> network(MobileNetV2<B>(config), {{2}, {4}, {6}});  // the last stage of each of the three grids
  EachLevel<GeM<B>> pool({GeM<B>(), GeM<B>(), GeM<B>()}, network.level_channels());
  return StructVpr<B>(std::move(network), std::move(pool), NormaliseThenResize<>{{{480, 640}}}, {"backbone.", "pool."});
}

/// See `NamedSystem`.
struct StructVprSystems {
  template <class Row>
  static std::vector<Row> rows() {
    return {Row{.name = "structvpr",
                .meaning = "StructVPR's retrieval: MobileNetV2 and GeM of three levels, 448 dimensions",
                .paper = "Shen et al., CVPR 2023",
                .weights = "no weights published",
                .licence = "no code published",
                .backbone = "mobilenet-v2:7",
                .preprocess = "normalise-then-resize-tensor",
                .size = {480, 640},
                .dimensions = 448,
                .recipe = {},
                .published = "re-ranked, which is not covered: Pitts30k 90.3 / 96.0, MSLS-val 88.4 / 94.3, as SelaVPR's paper has them",
                .checked = "the network alone equals torchvision's: backbone_mobilenet_v2; that StructVPR stands on it is not verified",
                .left_out = "re-ranking, the branch of segmentations and the distillation from it",
                .factory = []<class B>(std::string_view network) {
                  VPR_REQUIRE(ConfigError, network == "mobilenet-v2:7", "there is no network '", network,
                              "' for StructVPR; there is mobilenet-v2:7");
                  return make_struct_vpr<B>();
                }}};
  }
};

}  // namespace vpr
