// SPDX-License-Identifier: MIT
/// @file
/// SelaVPR.
#pragma once

#include <vpr/adapter/bottleneck.hpp>
#include <vpr/aggregator/gem.hpp>
#include <vpr/aggregator/simple.hpp>
#include <vpr/backbone/dinov2.hpp>
#include <vpr/local/up_conv.hpp>
#include <vpr/matcher/mutual_nearest.hpp>
#include <vpr/model/two_stage.hpp>

namespace vpr {

/// SelaVPR (Lu et al., ICLR 2024): a frozen ViT-L/14 with a serial and a parallel adapter in every block, GeM over patches of unit
/// length, and local features of an up-convolution head that re-rank by the authors' count of mutual nearest neighbours. D = 1024,
/// 61×61×128 local features.
///
/// @tparam Adapter  `NoAdapter` is the authors' local adaptation alone
/// @tparam Config   the network's sizes; the authors' are ViT-L/14
template <class B = Cpu<f32>, template <class> class Adapter = SelaAdapters, class Config = ViTL14>
using SelaVpr = TwoStage<Pipeline<DinoV2<Config, Adapter, B>, L2Tokens<GeM<B>>>, UpConvHead<B>, MutualNearest<SelaVprScore>>;

/// The system with the authors' preprocessing, normalisation and a resize to 224×224, and the names of their checkpoints.
template <class B = Cpu<f32>, template <class> class Adapter = SelaAdapters, class Config = ViTL14>
SelaVpr<B, Adapter, Config> make_selavpr(Config config = {}) {
  using FirstStage = Pipeline<DinoV2<Config, Adapter, B>, L2Tokens<GeM<B>>>;
  return SelaVpr<B, Adapter, Config>(FirstStage(DinoV2<Config, Adapter, B>(config), L2Tokens<GeM<B>>(), NormaliseThenResize<>{{{224, 224}}},
                                                {"backbone.", "aggregation.1.", "LocalAdapt."}),
                                     UpConvHead<B>({.channels = config.channels}));
}

}  // namespace vpr
