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
#include <vpr/model/dinov2.hpp>
#include <vpr/model/two_stage.hpp>

#include <string_view>
#include <utility>
#include <vector>

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

/// SelaVPR and the paper's ablations: see `NamedSystem`.
struct SelaVprSystems {
  template <class Row>
  static std::vector<Row> rows() {
    const auto row = [](std::string_view name, std::string_view meaning, std::string_view recipe, std::string_view published, auto make) {
      return Row{.name = name,
                 .meaning = meaning,
                 .paper = "Lu et al., ICLR 2024",
                 .weights = "github.com/Lu-Feng/SelaVPR",
                 .licence = "MIT",
                 .backbone = "dinov2-vitl14",
                 .preprocess = "normalise-then-resize-tensor",
                 .size = {224, 224},
                 .dimensions = 1024,
                 .recipe = recipe,
                 .published = published,
                 .checked = "network, local features, matching, gradients and training: selavpr_*, grad_sela_*, train_sela*",
                 .factory = make};
    };
    Row global = row("selavpr-global", "SelaVPR's global adaptation alone", "adapter",
                     "one model for all sets: Pitts30k 87.3 / 94.6, Tokyo 24/7 77.8 / 87.6, MSLS-val 87.4 / 95.9",
                     []<class B>(std::string_view network) {
                       auto whole = make_selavpr<B, SelaAdapters>(find_vit(network)).pipeline;
                       return Pipeline(std::move(whole.backbone), std::move(whole.aggregator.inner), std::move(whole.preprocess),
                                       std::move(whole.names));
                     });
    global.tokens = "unit";
    return {row("selavpr", "SelaVPR: ViT-L/14, 1024 dimensions, and local features to re-rank with", "selavpr",
                "re-ranked Pitts30k 92.8 / 96.8, Tokyo 24/7 94.0 / 96.8, MSLS-val 90.8 / 96.4; descriptors 90.2 / 96.1, 81.9 / 94.9, 87.7 "
                "/ 95.8",
                []<class B>(std::string_view network) { return make_selavpr<B, SelaAdapters>(find_vit(network)); }),
            global,
            row("selavpr-local", "SelaVPR's local adaptation alone: the frozen network and the local head", "selavpr",
                "one model for all sets: Pitts30k 87.2 / 93.9, Tokyo 24/7 87.6 / 94.6, MSLS-val 67.2 / 75.0",
                []<class B>(std::string_view network) { return make_selavpr<B, NoAdapter>(find_vit(network)); })};
  }
};

}  // namespace vpr
