// SPDX-License-Identifier: MIT
/// @file
/// DINOv2 SALAD.
#pragma once

#include <vpr/aggregator/salad.hpp>
#include <vpr/backbone/dinov2.hpp>
#include <vpr/model/pipeline.hpp>

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

}  // namespace vpr
