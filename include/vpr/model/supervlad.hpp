// SPDX-License-Identifier: MIT
/// @file
/// SuperVLAD.
#pragma once

#include <vpr/aggregator/cross_image.hpp>
#include <vpr/aggregator/super_vlad.hpp>
#include <vpr/backbone/dinov2.hpp>
#include <vpr/model/dinov2.hpp>
#include <vpr/model/pipeline.hpp>

#include <string_view>
#include <vector>

namespace vpr {

/// SuperVLAD (Lu et al., NeurIPS 2024): ViT-B/14, of which training tunes the last four blocks, and VLAD of four clusters without
/// centroids. D = 3072.
///
/// @tparam Config  the network's sizes; the authors' are ViT-B/14
template <class B = Cpu<f32>, class Config = ViTB14>
using SuperVladSystem = Pipeline<DinoV2<Config, NoAdapter, B>, SuperVlad<B>>;

/// The same with an encoder across the photos that are described together: choose them by `aggregator.batch_context`.
template <class B = Cpu<f32>, class Config = ViTB14>
using SuperVladAcrossPhotos = Pipeline<DinoV2<Config, NoAdapter, B>, AcrossPhotos<SuperVlad<B>>>;

/// The authors' preprocessing, normalisation and a resize to 322×322 that is not antialiased: torchvision's default at the time.
inline AnyPreprocess supervlad_preprocess() { return NormaliseThenResize<>{{{322, 322}}, Interpolation::bilinear, false}; }

/// The system with the authors' preprocessing and the names of their checkpoints. `settings` may be `SuperVladSettings().of_one_cluster()`; their
/// channels are set to the network's.
template <class B = Cpu<f32>, class Config = ViTB14>
SuperVladSystem<B, Config> make_supervlad(SuperVladSettings settings = {}, Config config = {}) {
  settings.channels = config.channels;
  return SuperVladSystem<B, Config>(DinoV2<Config, NoAdapter, B>(config), SuperVlad<B>(settings), supervlad_preprocess(),
                                    {"backbone.", "aggregation."});
}

/// The same with the encoder. Each photo is described alone until `aggregator.batch_context` is set.
template <class B = Cpu<f32>, class Config = ViTB14>
SuperVladAcrossPhotos<B, Config> make_supervlad_across_photos(Config config = {}) {
  AcrossPhotos aggregator(SuperVlad<B>({.channels = config.channels}), {.channels = config.channels}, "aggregation.");
  return SuperVladAcrossPhotos<B, Config>(DinoV2<Config, NoAdapter, B>(config), std::move(aggregator), supervlad_preprocess(),
                                          {"backbone.", ""});
}

/// The published systems of SuperVLAD: see `NamedSystem`.
struct SuperVladSystems {
  template <class Row>
  static std::vector<Row> rows() {
    const auto row = [](std::string_view name, std::string_view meaning, std::int64_t dimensions, auto make) {
      return Row{.name = name,
                 .meaning = meaning,
                 .paper = "Lu et al., NeurIPS 2024",
                 .weights = "github.com/Lu-Feng/SuperVLAD",
                 .licence = "MIT",
                 .backbone = "dinov2-vitb14",
                 .preprocess = "normalise-then-resize-tensor+no-antialias",
                 .size = {322, 322},
                 .dimensions = dimensions,
                 .recipe = "supervlad",
                 .checked = "network, scores, clusters and encoder: supervlad*",
                 .left_out = "ViT, CCT and ResNet backbones, of which no weights are published",
                 .factory = make};
    };
    return {
        row("supervlad", "SuperVLAD: ViT-B/14, VLAD of 4 clusters without centroids, 3072 dimensions", 3072,
            []<class B>(std::string_view network) { return make_supervlad<B>({}, find_vit(network)); }),
        row("supervlad-across-photos", "SuperVLAD with the encoder across photos", 3072,
            []<class B>(std::string_view network) { return make_supervlad_across_photos<B>(find_vit(network)); }),
        row("supervlad-1-cluster", "VLAD of a single cluster beside two ghosts, 768 dimensions", 768,
            []<class B>(std::string_view network) { return make_supervlad<B>(SuperVladSettings().of_one_cluster(), find_vit(network)); })};
  }
};

}  // namespace vpr
