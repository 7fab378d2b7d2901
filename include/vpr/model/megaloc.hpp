// SPDX-License-Identifier: MIT
/// @file
/// MegaLoc.
#pragma once

#include <vpr/aggregator/projected.hpp>
#include <vpr/aggregator/salad.hpp>
#include <vpr/backbone/dinov2.hpp>
#include <vpr/model/dinov2.hpp>
#include <vpr/model/pipeline.hpp>

#include <string_view>
#include <vector>

namespace vpr {

/// MegaLoc (Berton and Masone, CVPRW 2025): DINOv2 ViT-B/14 and SALAD of 64 clusters and 16640 dimensions, reduced to 8448 by a learned map, trained
/// on five data sets at once. The grid needs more patches than clusters.
template <class B = Cpu<f32>, class Config = ViTB14>
using MegaLoc = Pipeline<DinoV2<Config, NoAdapter, B>, Projected<SaladAggregator<B>>>;

/// The system with the names of the authors' file. Photos keep their size but for a resize to multiples of 14, as in VPR-methods-evaluation. Goldens
/// megaloc_*.
/// @param settings    of SALAD; its channels are set to the network's
template <class B = Cpu<f32>, class Config = ViTB14>
MegaLoc<B, Config> make_megaloc(Config config = {}, SaladSettings settings = {.cluster_dim = 256}, std::int64_t dimensions = 8448) {
  config.mask_token = false;
  settings.channels = config.channels;
  return MegaLoc<B, Config>(DinoV2<Config, NoAdapter, B>(config),
                            Projected(SaladAggregator<B>(settings), config.channels, dimensions, {"agg.", "linear.", false}),
                            NormaliseThenResize<NearestMultiple>{}, {"backbone.", "aggregator."});
}

/// See `NamedSystem`.
struct MegaLocSystems {
  template <class Row>
  static std::vector<Row> rows() {
    return {Row{.name = "megaloc",
                .meaning = "MegaLoc: DINOv2 ViT-B/14 and SALAD reduced to 8448 dimensions",
                .paper = "Berton and Masone, CVPRW 2025",
                .weights = "huggingface.co/gberton/MegaLoc",
                .licence = "MIT",
                .backbone = "dinov2-vitb14",
                .preprocess = "normalise-then-resize-tensor+multiple-of-14",
                .size = {322, 322},
                .dimensions = 8448,
                .recipe = "megaloc",
                .checked = "small networks and the whole head equal the authors' code: megaloc_*",
                .left_out = "the training on five data sets at once: the recipe takes one",
                .factory = []<class B>(std::string_view network) { return make_megaloc<B>(find_vit(network)); }}};
  }
};

}  // namespace vpr
