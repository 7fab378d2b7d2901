// SPDX-License-Identifier: MIT
/// @file
/// BoQ on DINOv2 and on ResNet-50.
#pragma once

#include <vpr/aggregator/boq.hpp>
#include <vpr/backbone/dinov2.hpp>
#include <vpr/model/dinov2.hpp>
#include <vpr/model/pipeline.hpp>
#include <vpr/model/resnet.hpp>

#include <string_view>
#include <utility>
#include <vector>

namespace vpr {

/// BoQ (Ali-bey et al., CVPR 2024): learned queries that attend to the features of a network.
template <class Network>
using BoqOn = Pipeline<Network, Boq<typename Network::backend>>;

/// BoQ on DINOv2, as its authors published it after the paper: ViT-B/14 without the normalisation at its end, of which training tunes the last two
/// blocks; photos at 322×322, resized bicubically. D = 12288. Its names are those of their checkpoint.
template <class B = Cpu<f32>>
BoqOn<DinoV2<VitConfig, NoAdapter, B>> make_boq(VitConfig config = ViTB14()) {
  config.final_norm = false;
  return BoqOn<DinoV2<VitConfig, NoAdapter, B>>(DinoV2<VitConfig, NoAdapter, B>(config), Boq<B>({.channels = config.channels}),
                                                NormaliseThenResize<>{{{322, 322}}, Interpolation::bicubic},
                                                {"backbone.dino.", "aggregator."});
}

/// BoQ on a ResNet up to its third stage, as the paper has it; photos at 384×384, resized bicubically. D = 16384. Its names are those of the authors'
/// checkpoint, which numbers the network's children.
template <class B = Cpu<f32>>
BoqOn<ResNet<B>> make_boq_resnet(ResNetConfig config = {}) {
  if (config.stages > 3) config = config.first(3);
  ResNet<B> network(config);
  Boq<B> aggregator({.channels = network.channels(), .projected = 512});
  return BoqOn<ResNet<B>>(std::move(network), std::move(aggregator), NormaliseThenResize<>{{{384, 384}}, Interpolation::bicubic},
                          {"backbone.net.", "aggregator."});
}

/// See `NamedSystem`.
struct BoqSystems {
  template <class Row>
  static std::vector<Row> rows() {
    const auto row = [](std::string_view name, std::string_view meaning, std::string_view backbone, ImageSize size, std::int64_t dimensions,
                        auto factory) {
      return Row{.name = name,
                 .meaning = meaning,
                 .paper = "Ali-bey et al., CVPR 2024",
                 .weights = "github.com/amaralibey/Bag-of-Queries",
                 .licence = "MIT",
                 .backbone = backbone,
                 .preprocess = "normalise-then-resize-tensor+bicubic",
                 .size = size,
                 .dimensions = dimensions,
                 .recipe = "boq",
                 .checked = "the aggregator equals the authors' code: boq_*; the file's names and shapes were read in it",
                 .factory = factory};
    };
    return {row("boq", "BoQ on DINOv2: ViT-B/14 and 64 queries in each of two layers, 12288 dimensions", "dinov2-vitb14", {322, 322}, 12288,
                []<class B>(std::string_view network) { return make_boq<B>(find_vit(network)); }),
            row("boq-resnet50", "BoQ on ResNet-50 up to its third stage, 16384 dimensions", "resnet50", {384, 384}, 16384,
                []<class B>(std::string_view network) { return make_boq_resnet<B>(find_resnet(network)); })};
  }
};

}  // namespace vpr
