// SPDX-License-Identifier: MIT
/// @file
/// AnyLoc.
#pragma once

#include <vpr/aggregator/vlad.hpp>
#include <vpr/backbone/dinov2.hpp>
#include <vpr/backbone/tapped.hpp>
#include <vpr/model/dinov2.hpp>
#include <vpr/model/pipeline.hpp>

#include <string_view>
#include <utility>
#include <vector>

namespace vpr {

/// AnyLoc (Keetha et al., RA-L 2024): VLAD over the attention's values in block 31, counted from 0, of DINOv2 ViT-g/14, by 32 words of a domain's
/// photos. Nothing is trained. D = 49152.
template <class B = Cpu<f32>>
using AnyLoc = Pipeline<Tapped<DinoV2<VitConfig, NoAdapter, B>>, Vlad<B>>;

inline constexpr Tap anyloc_tap{31, Facet::value};

/// The system by these words `K×C`, see `load_vocabulary`, with the authors' preprocessing: no side above 1024, the middle in multiples of 14. Blocks
/// behind the tap are left out. Goldens anyloc_*.
/// @throws ConfigError  for a network without a block 31
template <class B = Cpu<f32>>
AnyLoc<B> make_anyloc(typename B::tensor words, VitConfig config = ViTG14()) {
  config = config.first(anyloc_tap.block + 1);
  return AnyLoc<B>(Tapped(DinoV2<VitConfig, NoAdapter, B>(config), anyloc_tap), Vlad<B>(std::move(words)), AnyLocCrop{1024});
}

/// See `NamedSystem`.
struct AnyLocSystems {
  template <class Row>
  static std::vector<Row> rows() {
    return {Row{.name = "anyloc",
                .meaning = "AnyLoc: VLAD by 32 words over values of DINOv2 ViT-g/14, 49152 dimensions",
                .paper = "Keetha et al., RA-L 2024",
                .weights = "github.com/facebookresearch/dinov2; vocabularies: github.com/AnyLoc/AnyLoc",
                .licence = "Apache-2.0; BSD-3-Clause",
                .backbone = "dinov2-vitg14",
                .preprocess = "anyloc",
                .size = {1024, 1024},
                .dimensions = 49152,
                .recipe = {},
                .tap = anyloc_tap,
                .vocabulary = true,
                .published = "Pitts250k 87.2 / 94.4, MSLS-val 68.7 / 78.2, as SALAD's paper has them",
                .checked = "facets, k-means, hard and soft VLAD: anyloc_*",
                .factory = []<class B>(std::string_view network) {
                  const VitConfig config = find_vit(network);
                  return make_anyloc<B>(B::tensor::zeros(Shape{32, config.channels}), config);
                }}};
  }
};

}  // namespace vpr
