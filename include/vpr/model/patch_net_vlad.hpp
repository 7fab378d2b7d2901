// SPDX-License-Identifier: MIT
/// @file
/// Patch-NetVLAD, on VGG-16.
#pragma once

#include <vpr/aggregator/shared.hpp>
#include <vpr/local/patch_net_vlad.hpp>
#include <vpr/matcher/patches.hpp>
#include <vpr/model/net_vlad.hpp>
#include <vpr/model/two_stage.hpp>

#include <string_view>
#include <utility>
#include <vector>

namespace vpr {

/// Patch-NetVLAD (Hausler et al., CVPR 2021): NetVLAD with its PCA, and the same of square patches to re-rank with, on any network, the
/// authors' being VGG-16 up to conv5_3. Its files are those of `make_net_vlad`.
/// @param dimensions  after the PCA, of photos and of patches
/// @param matching    also which patches there are
template <class Network>
auto make_patch_net_vlad(Network network, std::int64_t dimensions = 4096, PatchMatcherSettings matching = {}, std::int64_t clusters = 64) {
  const std::int64_t channels = network.channels();
  NetVladSource source = NetVladSource::patch_net_vlad();
  Shared whole(Projected(NetVlad<typename Network::backend>({.channels = channels, .clusters = clusters}), channels, dimensions));
  PatchNetVlad<typename Network::backend> head(whole.inner, matching.scales);
  return TwoStage(Pipeline(std::move(network), std::move(whole), std::move(source.preprocess), std::move(source.parts)), std::move(head),
                  PatchMatcher(std::move(matching)));
}

/// The two published settings: see `NamedSystem`.
struct PatchNetVladSystems {
  template <class Row>
  static std::vector<Row> rows() {
    const auto row = [](std::string_view name, std::string_view meaning, std::int64_t dimensions, std::string_view published,
                        PatchMatcherSettings (*matching)()) {
      return Row{.name = name,
                 .meaning = meaning,
                 .paper = "Hausler et al., CVPR 2021",
                 .weights = "github.com/QVPR/Patch-NetVLAD",
                 .licence = "MIT",
                 .backbone = "vgg16",
                 .preprocess = "resize-8-bit-then-normalise",
                 .size = {480, 640},
                 .dimensions = dimensions,
                 .recipe = {},
                 .published = published,
                 .checked = "patches and spatial scores: patchnetvlad_*, patch_spatial*",
                 .left_out = "its training, which is NetVLAD's",
                 .factory = [dimensions, matching]<class B>(std::string_view network) {
                   return make_patch_net_vlad(make_backbone<B>(network), dimensions, matching());
                 }};
    };
    return {row("patchnetvlad-p", "Patch-NetVLAD for performance: 4096 dimensions, patches of 2, 5 and 8 cells, homographies", 4096,
                "re-ranked Pitts30k 88.7 / 94.5, Tokyo 24/7 86.0 / 88.6, MSLS-val 79.5 / 86.2, as SelaVPR's paper has them",
                [] { return PatchMatcherSettings(); }),
            row("patchnetvlad-s", "Patch-NetVLAD for speed: 512 dimensions, patches of 5 cells, rapid spatial scoring", 512,
                "re-ranked Pitts30k 87.5 / 94.5, Tokyo 24/7 78.1 / 83.8, MSLS-val 77.8 / 84.3, as SelaVPR's paper has them",
                PatchMatcherSettings::speed)};
  }
};

}  // namespace vpr
