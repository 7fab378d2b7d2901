// SPDX-License-Identifier: MIT
/// @file
/// SelaVPR++ (arXiv 2502.16601).
#pragma once

#include <vpr/adapter/side.hpp>
#include <vpr/aggregator/projected_gem.hpp>
#include <vpr/backbone/side_network.hpp>
#include <vpr/local/descriptor.hpp>
#include <vpr/matcher/descriptor_distance.hpp>
#include <vpr/model/dinov2.hpp>
#include <vpr/model/two_stage.hpp>

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace vpr {

struct SelaVprPpSettings {
  std::int64_t first = 0;       ///< the block beside which the first adapter stands
  std::int64_t outputs = 2048;  ///< of the float descriptor
  std::int64_t bits = 512;      ///< of the binary one
  MulConvSettings adapter = {};

  /// The published ones on ViT-L/14: adapters beside the last 16 blocks, 4096 dimensions.
  SelaVprPpSettings large() const {
    SelaVprPpSettings settings = *this;
    settings.first = 8;
    settings.outputs = 4096;
    return settings;
  }
};

/// SelaVPR++ (Lu et al., TPAMI 2025): a frozen DINOv2 and a side network of multi-scale convolution adapters beside it. The float descriptor
/// alone: D = 2048 with ViT-B/14, 4096 with ViT-L/14.
///
/// @tparam Config  the network's sizes; the authors' are ViT-B/14 and ViT-L/14
template <class B = Cpu<f32>, class Config = ViTB14>
using SelaVprPpFloat = Pipeline<SideNetwork<adapter::MulConvSide, Config, B>, ProjectedGem<B>>;

/// SelaVPR++ whole: of two side networks beside one network, the second gives a binary descriptor of 512 bits, by whose Hamming distance candidates
/// are found, and the first a float descriptor, by whose Euclidean distance they are re-ranked.
template <class B = Cpu<f32>, class Config = ViTB14>
using SelaVprPp = TwoStage<Pipeline<SideNetwork<adapter::MulConvSide, Config, B>, OfChannels<ProjectedGem<B>>>,
                           DescriptorHead<OfChannels<ProjectedGem<B>>>, DescriptorDistance>;

namespace detail {

template <class B, class Config>
SideNetwork<adapter::MulConvSide, Config, B> selavprpp_network(Config config, const SelaVprPpSettings& settings,
                                                               std::vector<std::string> names) {
  return SideNetwork<adapter::MulConvSide, Config, B>(
      config, {.names = std::move(names), .first = settings.first},
      [&](const VitConfig& sizes) { return adapter::MulConvSide<B>(sizes, settings.adapter); });
}

}  // namespace detail

/// The system with the authors' preprocessing, normalisation and a resize to 322×322, and the names of their checkpoints.
template <class B = Cpu<f32>, class Config = ViTB14>
SelaVprPpFloat<B, Config> make_selavprpp_float(Config config = {}, const SelaVprPpSettings& settings = {}) {
  return SelaVprPpFloat<B, Config>(detail::selavprpp_network<B>(config, settings, {"adapters"}),
                                   ProjectedGem<B>({.channels = config.channels, .outputs = settings.outputs}),
                                   NormaliseThenResize<>{{{322, 322}}}, {"backbone.", ""});
}
/// The same of the system whole.
template <class B = Cpu<f32>, class Config = ViTB14>
SelaVprPp<B, Config> make_selavprpp(Config config = {}, const SelaVprPpSettings& settings = {}) {
  const std::int64_t channels = config.channels;
  OfChannels<ProjectedGem<B>> floats{ProjectedGem<B>({.channels = channels, .outputs = settings.outputs}), 0, channels};
  OfChannels<ProjectedGem<B>> bits{ProjectedGem<B>({.channels = channels,
                                                    .outputs = settings.bits,
                                                    .binary = true,
                                                    .power = "aggregation_hashing.1.",
                                                    .in = "linear3.",
                                                    .out = "linear4."}),
                                   channels, 2 * channels};
  Pipeline pipeline(detail::selavprpp_network<B>(config, settings, {"adapters", "adapters_hashing"}), std::move(bits),
                    NormaliseThenResize<>{{{322, 322}}}, {"backbone.", "", ""});
  return SelaVprPp<B, Config>(std::move(pipeline), DescriptorHead(std::move(floats)), DescriptorDistance());
}

/// The published systems of SelaVPR++: see `NamedSystem`.
struct SelaVprPpSystems {
  template <class Row>
  static std::vector<Row> rows() {
    const auto row = [](std::string_view name, std::string_view meaning, std::string_view backbone, std::int64_t dimensions,
                        std::string_view recipe, auto make) {
      return Row{.name = name,
                 .meaning = meaning,
                 .paper = "Lu et al., TPAMI 2025",
                 .weights = "huggingface.co/fenglu96/SelaVPRplusplus",
                 .licence = "MIT",
                 .backbone = backbone,
                 .preprocess = "normalise-then-resize-tensor",
                 .size = {322, 322},
                 .dimensions = dimensions,
                 .recipe = recipe,
                 .checked = "side networks, both descriptors, search and re-ranking: selavprpp*",
                 .left_out = "BoQ and SALAD in place of GeM, and the binary descriptor alone, of which no weights are published",
                 .factory = make};
    };
    const SelaVprPpSettings base, large = base.large();
    const auto whole = [](const SelaVprPpSettings& settings) {
      return [settings]<class B>(std::string_view network) { return make_selavprpp<B>(find_vit(network), settings); };
    };
    const auto floats = [](const SelaVprPpSettings& settings) {
      return [settings]<class B>(std::string_view network) { return make_selavprpp_float<B>(find_vit(network), settings); };
    };
    return {row("selavprpp", "SelaVPR++: ViT-B/14, 512 bits, and 2048 dimensions to re-rank with", "dinov2-vitb14", 512, "selavprpp-hash",
                whole(base)),
            row("selavprpp-large", "SelaVPR++: ViT-L/14, 512 bits, and 4096 dimensions to re-rank with", "dinov2-vitl14", 512,
                "selavprpp-hash", whole(large)),
            row("selavprpp-float", "SelaVPR++'s float descriptor alone: ViT-B/14, 2048 dimensions", "dinov2-vitb14", 2048, "selavprpp",
                floats(base)),
            row("selavprpp-large-float", "SelaVPR++'s float descriptor alone: ViT-L/14, 4096 dimensions", "dinov2-vitl14", 4096,
                "selavprpp", floats(large))};
  }
};

}  // namespace vpr
