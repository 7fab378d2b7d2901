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
template <class B = Cpu<f32>>
using Salad = Pipeline<DinoV2<ViTB14, NoAdapter, B>, SaladAggregator<B>>;

/// The system with the authors' preprocessing, a resize of the 8-bit photo to 322×322, and the names of their checkpoints. `settings`
/// may be one of the smaller published ones, `SaladSettings().of_2112()` and `.of_544()`.
template <class B = Cpu<f32>>
Salad<B> make_salad(const SaladSettings& settings = {}) {
  return Salad<B>(DinoV2<ViTB14, NoAdapter, B>(), SaladAggregator<B>(settings), ResizeThenNormalise<>{{{322, 322}}}, {"backbone.model.", "aggregator."});
}

}  // namespace vpr
