// SPDX-License-Identifier: MIT
/// @file
/// CricaVPR.
#pragma once

#include <vpr/adapter/convpass.hpp>
#include <vpr/adapter/mul_conv.hpp>
#include <vpr/aggregator/cross_image.hpp>
#include <vpr/backbone/dinov2.hpp>
#include <vpr/model/dinov2.hpp>
#include <vpr/model/pipeline.hpp>

#include <string_view>
#include <vector>

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

/// CricaVPR and the paper's ablation: see `NamedSystem`.
struct CricaVprSystems {
  template <class Row>
  static std::vector<Row> rows() {
    const auto row = [](std::string_view name, std::string_view meaning, std::string_view published, auto make) {
      return Row{.name = name,
                 .meaning = meaning,
                 .paper = "Lu et al., CVPR 2024",
                 .weights = "github.com/Lu-Feng/CricaVPR",
                 .licence = "MIT",
                 .backbone = "dinov2-vitb14",
                 .preprocess = "normalise-then-resize-tensor",
                 .size = {224, 224},
                 .dimensions = 10752,
                 .recipe = "cricavpr",
                 .published = published,
                 .checked = "adapters, encoder, network, PCA, gradients and training: cricavpr_*, pca_cricavpr, grad_crica_*, train_crica*",
                 .factory = make};
    };
    return {row("cricavpr", "CricaVPR: ViT-B/14, MulConv adapters, 14 regions across photos, 10752 dimensions",
                "reduced to 4096 Pitts30k 94.9 / 97.3, Tokyo 24/7 93.0 / 97.5, MSLS-val 90.0 / 95.4",
                []<class B>(std::string_view network) { return make_cricavpr<B, MulConvAdapter>(find_vit(network)); }),
            row("cricavpr-convpass", "CricaVPR with Convpass in place of MulConv", {},
                []<class B>(std::string_view network) { return make_cricavpr<B, ConvpassAdapter>(find_vit(network)); })};
  }
};

}  // namespace vpr
