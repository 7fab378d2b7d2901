// SPDX-License-Identifier: MIT
/// @file
/// The published ResNets by name, and GCL, which is one, or VGG-16, with GeM.
#pragma once

#include <vpr/aggregator/gem.hpp>
#include <vpr/backbone/resnet.hpp>
#include <vpr/image/named_preprocess.hpp>
#include <vpr/model/any_system.hpp>
#include <vpr/model/pipeline.hpp>
#include <vpr/model/staged_rows.hpp>
#include <vpr/model/vgg.hpp>

#include <string_view>
#include <utility>
#include <vector>

namespace vpr {

/// torchvision's networks.
inline std::vector<NamedSizes<ResNetConfig>> named_resnets() {
  return {{"resnet18", {.blocks = {2, 2, 2, 2}, .bottleneck = false}},
          {"resnet34", {.blocks = {3, 4, 6, 3}, .bottleneck = false}},
          {"resnet50", {.blocks = {3, 4, 6, 3}}},
          {"resnet101", {.blocks = {3, 4, 23, 3}}},
          {"resnet152", {.blocks = {3, 8, 36, 3}}},
          {"resnext101-32x8d", {.blocks = {3, 4, 23, 3}, .groups = 32, .group_width = 8}}};
}

/// See `find_sizes`.
inline ResNetConfig find_resnet(std::string_view text) { return find_sizes("ResNet", named_resnets(), text); }

/// The rows of `named_resnets`: see `NamedBackbone`.
struct ResNetBackbones {
  template <class Row>
  static std::vector<Row> rows() {
    return staged_rows<Row, ResNet>(named_resnets());
  }
};

/// GCL (Leyva-Vallina et al., CVPR 2023): a convolutional network and GeM, trained by the graded likeness of photos (`GeneralisedContrastiveLoss`).
/// D = 2048, of VGG-16 512.
template <class B = Cpu<f32>, class Network = ResNet<B>>
using Gcl = Pipeline<Network, GeM<B>>;

/// The system with the authors' preprocessing, a resize of the 8-bit photo to 480×640, and the names of their checkpoints. Of VGG-16 they take the
/// last ReLU and pooling, too: `VggConfig::last_pooled`. Goldens gcl_resnet*, gcl_vgg16_*.
template <class B = Cpu<f32>, class Network = ResNet<B>>
Gcl<B, Network> make_gcl(Network network = Network()) {
  return Gcl<B, Network>(std::move(network), GeM<B>(), ResizeThenNormalise<>{{{480, 640}}}, {"backbone.", "pool."});
}

/// GCL on ResNet-50: see `NamedSystem`.
struct GclSystems {
  template <class Row>
  static std::vector<Row> rows() {
    return {Row{.name = "gcl",
                .meaning = "GCL: ResNet-50 and GeM, 2048 dimensions",
                .paper = "Leyva-Vallina et al., CVPR 2023",
                .weights = "github.com/marialeyvallina/generalized_contrastive_loss",
                .licence = "MIT",
                .backbone = "resnet50",
                .preprocess = "resize-8-bit-then-normalise",
                .size = {480, 640},
                .dimensions = 2048,
                .recipe = "gcl",
                .factory = []<class B>(std::string_view network) {
                  if (!network.starts_with("vgg")) return AnyPipeline<B>(make_gcl<B>(ResNet<B>(find_resnet(network))));
                  VggConfig config = find_vgg(network);
                  config.last_pooled = true;
                  return AnyPipeline<B>(make_gcl<B>(Vgg<B>(config)));
                }}};
  }
};

}  // namespace vpr
