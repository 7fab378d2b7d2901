// SPDX-License-Identifier: MIT
/// @file
/// MixVPR and Conv-AP, both trained on GSV-Cities.
#pragma once

#include <vpr/aggregator/conv_ap.hpp>
#include <vpr/aggregator/mix_vpr.hpp>
#include <vpr/model/named_backbone.hpp>
#include <vpr/model/pipeline.hpp>

#include <string_view>
#include <utility>
#include <vector>

namespace vpr {

namespace detail {

/// What the two share: a resize of the 8-bit photo to 320×320 and the names of their checkpoints.
template <class Network, class Aggregate>
auto make_of_gsv_cities(Network network, Aggregate aggregator) {
  return Pipeline(std::move(network), std::move(aggregator), ResizeThenNormalise<>{{{320, 320}}}, {"backbone.model.", "aggregator."});
}

}  // namespace detail

/// MixVPR (Ali-bey et al., WACV 2023) on any network, the authors' being ResNet-50 without its last stage, with their preprocessing, a resize of the
/// 8-bit photo to 320×320, and the names of their checkpoints. `settings` may be one of smaller D; its channels and grid are set to the network's.
template <class Network>
auto make_mix_vpr(Network network, MixVprSettings settings = {}) {
  settings.channels = network.channels();
  settings.grid = network.grid(320, 320);
  return detail::make_of_gsv_cities(std::move(network), MixVpr<typename Network::backend>(settings));
}

/// Conv-AP (Ali-bey et al., Neurocomputing 2022), likewise; the authors' network is the whole ResNet-50.
template <class Network>
auto make_conv_ap(Network network, ConvApSettings settings = {}) {
  settings.channels = network.channels();
  return detail::make_of_gsv_cities(std::move(network), ConvAp<typename Network::backend>(settings));
}

/// The published sizes of MixVPR: see `NamedSystem`.
struct MixVprSystems {
  template <class Row>
  static std::vector<Row> rows() {
    const auto row = [](std::string_view name, std::string_view meaning, MixVprSettings settings, std::string_view published = {}) {
      return Row{.name = name,
                 .meaning = meaning,
                 .paper = "Ali-bey et al., WACV 2023",
                 .weights = "github.com/amaralibey/MixVPR",
                 .licence = "none given",
                 .backbone = "resnet50:3",
                 .preprocess = "resize-8-bit-then-normalise",
                 .size = {320, 320},
                 .dimensions = settings.out_channels * settings.rows,
                 .recipe = "mixvpr",
                 .published = published,
                 .checked = "aggregator and its gradient: mixvpr_*, grad_mixvpr",
                 .factory = [settings]<class B>(std::string_view network) { return make_mix_vpr(make_backbone<B>(network), settings); }};
    };
    return {row("mixvpr", "MixVPR: ResNet-50 up to layer3, mixed maps, 4096 dimensions", {},
                "Pitts30k 91.5 / 95.5, Tokyo 24/7 85.1 / 91.7, MSLS-val 88.0 / 92.7, as CricaVPR's paper has them"),
            row("mixvpr-512", "MixVPR of 512 dimensions", {.out_channels = 256, .rows = 2}),
            row("mixvpr-128", "MixVPR of 128 dimensions", {.out_channels = 64, .rows = 2})};
  }
};

/// The published sizes of Conv-AP: see `NamedSystem`.
struct ConvApSystems {
  template <class Row>
  static std::vector<Row> rows() {
    const auto row = [](std::string_view name, std::string_view meaning, std::int64_t out_channels, std::string_view published = {}) {
      const ConvApSettings settings{.out_channels = out_channels};
      return Row{.name = name,
                 .meaning = meaning,
                 .paper = "Ali-bey et al., Neurocomputing 2022",
                 .weights = "github.com/amaralibey/gsv-cities",
                 .licence = "none given",
                 .backbone = "resnet50",
                 .preprocess = "resize-8-bit-then-normalise",
                 .size = {320, 320},
                 .dimensions = settings.dimensions(),
                 .recipe = "convap",
                 .published = published,
                 .checked = "head: convap_*",
                 .factory = [settings]<class B>(std::string_view network) { return make_conv_ap(make_backbone<B>(network), settings); }};
    };
    return {row("convap", "Conv-AP: ResNet-50 and averages of 2x2 cells, 8192 dimensions", 2048,
                "MSLS-val 83.1 / 90.3, Pitts250k 92.9 / 97.7, as SALAD's paper has them"),
            row("convap-4096", "Conv-AP of 4096 dimensions", 1024), row("convap-2048", "Conv-AP of 2048 dimensions", 512),
            row("convap-512", "Conv-AP of 512 dimensions", 128)};
  }
};

}  // namespace vpr
