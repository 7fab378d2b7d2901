// SPDX-License-Identifier: MIT
/// @file
/// ImAge, implicit aggregation.
#pragma once

#include <vpr/aggregator/simple.hpp>
#include <vpr/backbone/dinov2.hpp>
#include <vpr/backbone/token_insertion.hpp>
#include <vpr/model/dinov2.hpp>
#include <vpr/model/pipeline.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace vpr {

/// ImAge (Lu et al., NeurIPS 2025): ViT-B/14 with registers, of which training tunes the last four blocks; eight learned tokens are put
/// in before them, and what they are at the end, side by side, is the descriptor. No aggregator follows. D = 6144.
///
/// @tparam Config  the network's sizes; the authors' are ViT-B/14 with registers, with the position rule of the networks without
template <class B = Cpu<f32>, class Config = VitConfig>
using Image4Vpr = Pipeline<TokenInsertion<DinoV2<Config, NoAdapter, B>>, InsertedTokens<B>>;

/// The authors' network: with registers, yet with positions resized as DINOv2 does without.
inline VitConfig image4vpr_network(VitConfig config = ViTB14().with_registers()) { return config.with(PositionRule::offset); }

/// The system with the authors' preprocessing, normalisation and a resize to 322×322, and the names of their checkpoints.
/// @param tokens  how many are put in
/// @param blocks  how many blocks see them, the last ones
template <class B = Cpu<f32>, class Config = VitConfig>
Image4Vpr<B, Config> make_image4vpr(Config config = image4vpr_network(), std::int64_t tokens = 8, std::int64_t blocks = 4) {
  TokenInsertion network(DinoV2<Config, NoAdapter, B>(config), tokens, std::max<std::int64_t>(0, config.depth - blocks));
  return Image4Vpr<B, Config>(std::move(network), InsertedTokens<B>{tokens}, NormaliseThenResize<>{{{322, 322}}}, {"backbone.", ""});
}

/// ImAge's row: see `NamedSystem`.
struct Image4VprSystems {
  template <class Row>
  static std::vector<Row> rows() {
    return {Row{.name = "image4vpr",
                .meaning = "ImAge: ViT-B/14 with registers, 8 learned tokens before block 8, 6144 dimensions",
                .paper = "Lu et al., NeurIPS 2025",
                .weights = "huggingface.co/fenglu96/ImAge4VPR",
                .licence = "MIT",
                .backbone = "dinov2-vitb14-reg",
                .position_rule = "offset0.1",
                .preprocess = "normalise-then-resize-tensor",
                .size = {322, 322},
                .dimensions = 6144,
                .recipe = "image4vpr",
                .checked = "every token from the insertion on, and the descriptor: image4vpr*",
                .left_out = "other aggregators on the same network, of which no weights are published",
                .factory = []<class B>(std::string_view network) { return make_image4vpr<B>(image4vpr_network(find_vit(network))); }}};
  }
};

}  // namespace vpr
