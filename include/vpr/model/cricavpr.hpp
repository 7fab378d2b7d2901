// SPDX-License-Identifier: MIT
/// @file
/// CricaVPR.
#pragma once

#include <vpr/adapter/mul_conv.hpp>
#include <vpr/aggregator/cross_image.hpp>
#include <vpr/backbone/dinov2.hpp>
#include <vpr/model/pipeline.hpp>

namespace vpr {

/// CricaVPR (Lu et al., CVPR 2024): a frozen ViT-B/14 with multi-scale convolution adapters, fourteen regions, and an encoder across
/// the photos that are described together: choose them by `aggregator.batch_context`. D = 10752; the authors reduce it to 4096 by a PCA.
///
/// @tparam Adapter  another adapter in place of the authors', such as `ConvpassAdapter`
/// @tparam Config   the network's sizes; the authors' are ViT-B/14
template <class B = Cpu<f32>, template <class> class Adapter = MulConvAdapter, class Config = ViTB14>
using CricaVpr = Pipeline<DinoV2<Config, Adapter, B>, CrossImageAggregator<Split<1, 2, 3>, B>>;

/// The system with the authors' preprocessing, normalisation and a resize to 224×224, and the names of their checkpoints. Each photo
/// is described alone until `aggregator.batch_context` is set.
template <class B = Cpu<f32>, template <class> class Adapter = MulConvAdapter, class Config = ViTB14>
CricaVpr<B, Adapter, Config> make_cricavpr(Config config = {}) {
  return CricaVpr<B, Adapter, Config>(DinoV2<Config, Adapter, B>(config),
                                      CrossImageAggregator<Split<1, 2, 3>, B>({.channels = config.channels}),
                                      NormaliseThenResize<>{{{224, 224}}}, {"backbone.", ""});
}

}  // namespace vpr
