// SPDX-License-Identifier: MIT
/// @file
/// CosPlace and EigenPlaces, which are one network trained in two ways.
#pragma once

#include <vpr/aggregator/cos_place.hpp>
#include <vpr/model/named_backbone.hpp>
#include <vpr/model/pipeline.hpp>

#include <string_view>
#include <utility>
#include <vector>

namespace vpr {

/// CosPlace (Berton et al., CVPR 2022) or EigenPlaces (Berton et al., ICCV 2023) on any network, the authors' being ResNets and VGG-16, with their
/// preprocessing, photos resized after they are normalised until the shorter side has 512 pixels, and the names of their checkpoints. Goldens
/// eigenplaces_*.
template <class Network>
auto make_cos_place(Network network, std::int64_t dimensions) {
  const CosPlaceSettings settings{.channels = network.channels(), .outputs = dimensions};
  return Pipeline(std::move(network), CosPlace<typename Network::backend>(settings, CosPlaceNames::numbered()),
                  NormaliseThenResize<ShorterSide>{{512}}, {"backbone.", "aggregation."});
}

/// The published sizes of both: see `NamedSystem`. Their checkpoints are alike; only what trained them differs.
struct CosPlaceSystems {
  template <class Row>
  static std::vector<Row> rows() {
    const auto row = [](std::string_view name, std::string_view meaning, std::int64_t dimensions, std::string_view published = {}) {
      const bool is_first = name.starts_with("cosplace");
      return Row{
          .name = name,
          .meaning = meaning,
          .paper = is_first ? "Berton et al., CVPR 2022" : "Berton et al., ICCV 2023",
          .weights = is_first ? "github.com/gmberton/CosPlace" : "github.com/gmberton/EigenPlaces",
          .licence = "MIT",
          .backbone = "resnet50",
          .preprocess = "normalise-then-resize-tensor+shorter-side",
          .size = {512, 512},
          .dimensions = dimensions,
          .recipe = is_first ? "cosplace" : "eigenplaces",
          .published = published,
          .checked = "head, network and loss: cosplace_*, eigenplaces_*, loss_cosface*, grad_cosplace",
          .factory = [dimensions]<class B>(std::string_view network) { return make_cos_place(make_backbone<B>(network), dimensions); }};
    };
    return {row("cosplace", "CosPlace: ResNet-50, GeM and a linear map, 2048 dimensions", 2048,
                "Pitts250k 92.1 / 97.5, MSLS-val 87.4 / 93.0, as SALAD's paper has them"),
            row("cosplace-1024", "CosPlace of 1024 dimensions", 1024),
            row("cosplace-512", "CosPlace of 512 dimensions", 512,
                "Pitts30k 88.4 / 94.5, Tokyo 24/7 81.9 / 90.2, MSLS-val 82.8 / 89.7, as CricaVPR's paper has them; network not stated"),
            row("cosplace-256", "CosPlace of 256 dimensions", 256),
            row("cosplace-128", "CosPlace of 128 dimensions", 128),
            row("cosplace-64", "CosPlace of 64 dimensions", 64),
            row("cosplace-32", "CosPlace of 32 dimensions", 32),
            row("eigenplaces", "EigenPlaces: the network of CosPlace, 2048 dimensions", 2048,
                "Pitts250k 94.1 / 98.0, MSLS-val 89.3 / 93.7, as SALAD's paper has them"),
            row("eigenplaces-512", "EigenPlaces of 512 dimensions", 512),
            row("eigenplaces-256", "EigenPlaces of 256 dimensions", 256),
            row("eigenplaces-128", "EigenPlaces of 128 dimensions", 128)};
  }
};

}  // namespace vpr
