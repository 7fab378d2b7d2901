// SPDX-License-Identifier: MIT
/// @file
/// NetVLAD and SFRS, on VGG-16.
#pragma once

#include <vpr/aggregator/net_vlad.hpp>
#include <vpr/aggregator/projected.hpp>
#include <vpr/model/any_system.hpp>
#include <vpr/model/named_backbone.hpp>
#include <vpr/model/pipeline.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vpr {

/// Whose checkpoint a NetVLAD is read from: what they call its parts, in which order the descriptor's elements stand, and how photos are prepared.
struct NetVladSource {
  PartNames parts;
  ProjectionNames projection;
  NetVladLayout layout;
  AnyPreprocess preprocess;

  /// Patch-NetVLAD's; without a PCA, Nanne's PyTorch code has the same names.
  static NetVladSource patch_net_vlad() { return {{"encoder.", ""}, {}, NetVladLayout::word_major, ResizeThenNormalise<>{{{480, 640}}}}; }
  /// hloc's of the original.
  static NetVladSource hloc() {
    return {{"backbone.", ""},
            {"netvlad.", "whiten.", false},
            NetVladLayout::channel_major,
            ResizeThenNormalise<LongestSide>{{1024}, Interpolation::bilinear, mean_of_bytes}};
  }
  /// OpenIBL's, by which SFRS is trained.
  static NetVladSource open_ibl() {
    return {{"base_model.base.", ""},
            {"net_vlad.", "pca_layer.", true},
            NetVladLayout::word_major,
            ResizeThenNormalise<>{{{480, 640}}, Interpolation::bilinear, mean_of_bytes}};
  }
};

/// NetVLAD (Arandjelović et al., CVPR 2016) with the PCA that comes with it, which whitens, on any network, the authors' being VGG-16 up to conv5_3;
/// SFRS (Ge et al., ECCV 2020) is the same, trained otherwise. Goldens netvlad_*, sfrs_*.
/// @param dimensions  after the PCA
template <class Network>
auto make_net_vlad(Network network, NetVladSource source = NetVladSource::patch_net_vlad(), std::int64_t dimensions = 4096,
                   std::int64_t clusters = 64) {
  const std::int64_t channels = network.channels();
  NetVlad<typename Network::backend> words({.channels = channels, .clusters = clusters, .layout = source.layout});
  Projected projected(std::move(words), channels, dimensions, std::move(source.projection));
  return Pipeline(std::move(network), std::move(projected), std::move(source.preprocess), std::move(source.parts));
}

/// The same without a PCA: D is clusters times channels.
template <class Network>
auto make_full_net_vlad(Network network, NetVladSource source = NetVladSource::patch_net_vlad(), std::int64_t clusters = 64) {
  NetVlad<typename Network::backend> words({.channels = network.channels(), .clusters = clusters, .layout = source.layout});
  return Pipeline(std::move(network), std::move(words), std::move(source.preprocess),
                  {std::move(source.parts.backbone), std::move(source.projection.inner)});
}

/// NetVLAD by whose weights they are, and SFRS: see `NamedSystem`.
struct NetVladSystems {
  template <class Row>
  static std::vector<Row> rows() {
    constexpr std::string_view exact = "resize-8-bit-then-normalise", paper = "Arandjelović et al., CVPR 2016",
                               patch_net_vlad = "github.com/QVPR/Patch-NetVLAD";
    const auto row = [=](std::string_view name, std::string_view meaning, std::int64_t dimensions, std::string_view weights,
                         std::string_view licence, auto make) {
      return Row{.name = name,
                 .meaning = meaning,
                 .paper = paper,
                 .weights = weights,
                 .licence = licence,
                 .backbone = "vgg16",
                 .preprocess = exact,
                 .size = {480, 640},
                 .dimensions = dimensions,
                 .recipe = "netvlad",
                 .checked = "aggregators, PCA and network: netvlad_*, sfrs_*, grad_netvlad*",
                 .factory = make};
    };
    const auto reduced = [](std::int64_t dimensions, NetVladSource (*source)() = NetVladSource::patch_net_vlad) {
      return [dimensions, source]<class B>(std::string_view network) {
        return make_net_vlad(make_backbone<B>(network), source(), dimensions);
      };
    };
    const auto whole = [](NetVladSource (*source)()) {
      return [source]<class B>(std::string_view network) { return make_full_net_vlad(make_backbone<B>(network), source()); };
    };
    Row full = row("netvlad-full", "NetVLAD without its PCA, 32768 dimensions", 32768, "github.com/Nanne/pytorch-NetVlad", "none given",
                   whole(NetVladSource::patch_net_vlad));
    full.published = "Pitts30k 81.9 / 91.2, Tokyo 24/7 60.6 / 68.9, MSLS-val 53.1 / 66.5, as CricaVPR's paper has them";
    Row of_hloc = row("netvlad-hloc", "NetVLAD of the original's weights, as hloc converts them", 4096,
                      "github.com/cvg/Hierarchical-Localization", "Apache-2.0 (code)", reduced(4096, NetVladSource::hloc));
    of_hloc.preprocess = "resize-8-bit-then-normalise+longest-side+subtract-mean";
    of_hloc.size = {1024, 1024};
    const auto sfrs = [=](std::string_view name, std::string_view meaning, std::int64_t dimensions, auto make) {
      Row one = row(name, meaning, dimensions, "github.com/yxgeee/OpenIBL", "MIT", make);
      one.recipe = "sfrs";
      one.paper = "Ge et al., ECCV 2020";
      one.preprocess = "resize-8-bit-then-normalise+subtract-mean";
      return one;
    };
    Row reduced_sfrs =
        sfrs("sfrs", "SFRS: NetVLAD trained by the similarities of regions, 4096 dimensions", 4096, reduced(4096, NetVladSource::open_ibl));
    reduced_sfrs.published = "Pitts30k 89.4 / 94.7, Tokyo 24/7 81.0 / 88.3, MSLS-val 69.2 / 80.3, as CricaVPR's paper has them";
    return {row("netvlad", "NetVLAD: VGG-16, 64 clusters and a PCA, 4096 dimensions", 4096, patch_net_vlad, "MIT", reduced(4096)),
            row("netvlad-512", "NetVLAD of 512 dimensions", 512, patch_net_vlad, "MIT", reduced(512)),
            row("netvlad-128", "NetVLAD of 128 dimensions", 128, patch_net_vlad, "MIT", reduced(128)),
            full,
            of_hloc,
            reduced_sfrs,
            sfrs("sfrs-full", "SFRS without its PCA, 32768 dimensions", 32768, whole(NetVladSource::open_ibl))};
  }
};

}  // namespace vpr
