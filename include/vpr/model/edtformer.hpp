// SPDX-License-Identifier: MIT
/// @file
/// EDTformer.
#pragma once

#include <vpr/adapter/side.hpp>
#include <vpr/aggregator/edtformer.hpp>
#include <vpr/backbone/side_network.hpp>
#include <vpr/model/dinov2.hpp>
#include <vpr/model/pipeline.hpp>

#include <string_view>
#include <vector>

namespace vpr {

/// EDTformer (Jin et al., TCSVT 2025): a frozen ViT-B/14, beside it a low-rank side network, and a decoder of learned queries. D = 4096.
///
/// @tparam Config  the network's sizes; the authors' are ViT-B/14
template <class B = Cpu<f32>, class Config = ViTB14>
using EdtFormerSystem = Pipeline<SideNetwork<adapter::LowRankSide, Config, B>, EdtFormer<B>>;

/// The system with the authors' preprocessing, normalisation and a resize to 322×322 that is not antialiased, and the names of their
/// checkpoints. The decoder's channels are set to the network's.
template <class B = Cpu<f32>, class Config = ViTB14>
EdtFormerSystem<B, Config> make_edtformer(Config config = {}, EdtFormerSettings settings = {}) {
  settings.channels = config.channels;
  return EdtFormerSystem<B, Config>(SideNetwork<adapter::LowRankSide, Config, B>(config), EdtFormer<B>(settings),
                                    NormaliseThenResize<>{{{322, 322}}, Interpolation::bilinear, false}, {"backbone.", ""});
}

/// EDTformer's row: see `NamedSystem`.
struct EdtFormerSystems {
  template <class Row>
  static std::vector<Row> rows() {
    return {Row{.name = "edtformer",
                .meaning = "EDTformer: ViT-B/14 beside a low-rank side network, 64 learned queries, 4096 dimensions",
                .paper = "Jin et al., TCSVT 2025",
                .weights = "github.com/Tong-Jin01/EDTformer",
                .licence = "MIT",
                .backbone = "dinov2-vitb14",
                .preprocess = "normalise-then-resize-tensor+no-antialias",
                .size = {322, 322},
                .dimensions = 4096,
                .recipe = "edtformer",
                .checked = "side network, decoder and descriptor: edtformer*",
                .factory = []<class B>(std::string_view network) { return make_edtformer<B>(find_vit(network)); }}};
  }
};

}  // namespace vpr
