// SPDX-License-Identifier: MIT
/// @file
/// DINOv2 SALAD.
#pragma once

#include <vpr/aggregator/salad.hpp>
#include <vpr/backbone/dinov2.hpp>
#include <vpr/model/dinov2.hpp>
#include <vpr/model/pipeline.hpp>

#include <string_view>
#include <vector>

namespace vpr {

/// DINOv2 SALAD (Izquierdo and Civera, CVPR 2024): ViT-B/14, of which training tunes the last four blocks, and optimal-transport
/// aggregation. D = 8448.
///
/// @tparam Config  the network's sizes; the authors' are ViT-B/14
template <class B = Cpu<f32>, class Config = ViTB14>
using Salad = Pipeline<DinoV2<Config, NoAdapter, B>, SaladAggregator<B>>;

/// The system with the authors' preprocessing, a resize of the 8-bit photo to 322×322, and the names of their checkpoints. `settings`
/// may be one of the smaller published ones, `SaladSettings().of_2112()` and `.of_544()`; their channels are set to the network's.
template <class B = Cpu<f32>, class Config = ViTB14>
Salad<B, Config> make_salad(SaladSettings settings = {}, Config config = {}) {
  settings.channels = config.channels;
  return Salad<B, Config>(DinoV2<Config, NoAdapter, B>(config), SaladAggregator<B>(settings), ResizeThenNormalise<>{{{322, 322}}},
                          {"backbone.model.", "aggregator."});
}

/// The published sizes of SALAD and the paper's ablations: see `NamedSystem`.
struct SaladSystems {
  template <class Row>
  static std::vector<Row> rows() {
    const auto row = [](std::string_view name, std::string_view meaning, SaladSettings settings, std::string_view published = {}) {
      return Row{.name = name,
                 .meaning = meaning,
                 .paper = "Izquierdo and Civera, CVPR 2024",
                 .weights = "github.com/serizba/salad",
                 .licence = "GPL-3.0",
                 .backbone = "dinov2-vitb14",
                 .preprocess = "resize-8-bit-then-normalise",
                 .size = {322, 322},
                 .dimensions = settings.dimensions(),
                 .recipe = "salad",
                 .published = published,
                 .checked = "head, transport, network, gradients and training: salad_*, grad_salad*, train_salad*",
                 .factory = [settings]<class B>(std::string_view network) { return make_salad<B>(settings, find_vit(network)); }};
    };
    return {row("salad", "DINOv2 SALAD: ViT-B/14, 8192 + 256 dimensions", {}, "MSLS-val 92.2 / 96.4, Pitts250k 95.1 / 98.5"),
            row("salad-2048", "SALAD of 2048 + 64 dimensions", SaladSettings().of_2112(), "MSLS-val 90.5 / 95.4, Pitts250k 94.8 / 98.3"),
            row("salad-512", "SALAD of 512 + 32 dimensions", SaladSettings().of_544(), "MSLS-val 89.3 / 94.9, Pitts250k 93.0 / 97.4"),
            row("salad-no-dustbin", "SALAD whose patches all go to the clusters", {.dustbin = false}),
            row("salad-no-token", "SALAD without the class token, 8192 dimensions", {.token_dim = 0})};
  }
};

}  // namespace vpr
