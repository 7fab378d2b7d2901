// SPDX-License-Identifier: MIT
/// @file
/// The published vision transformers by name.
#pragma once

#include <vpr/backbone/dinov2.hpp>
#include <vpr/core/nearest_names.hpp>
#include <vpr/image/named_preprocess.hpp>
#include <vpr/model/backbone_name.hpp>

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace vpr {

/// A published network: its name here, such as `dinov2-vitb14-reg`, its sizes, and how photos are prepared for it (`find_preprocess`).
struct NamedVit {
  std::string name;
  VitConfig config;
  std::string preprocess = std::string(resize_tensor);
};

/// The published networks: DINOv2's S, B, L and g, each without and with registers; timm's plain vision transformers and DeiT's distilled ones;
/// DINO's; the visual towers of CLIP; DINOv3's S, B and L.
inline std::vector<NamedVit> named_vits() {
  std::vector<NamedVit> all;
  for (const auto& [name, config, preprocess] : std::array<NamedVit, 4>{
           {{"dinov2-vits14", ViTS14()}, {"dinov2-vitb14", ViTB14()}, {"dinov2-vitl14", ViTL14()}, {"dinov2-vitg14", ViTG14()}}}) {
    all.push_back({name, config});
    all.push_back({name + "-reg", config.with_registers()});
  }
  const VitConfig tiny = ViTTi16(), small = ViTS16(), base = ViTB16(), large = ViTL16();
  const std::string halves = std::string(resize_tensor) + "+half-normalised",
                    clip = std::string(resize_tensor) + "+bicubic+clip-normalised";
  all.insert(all.end(), {{"vit-s16", small.supervised(), halves},
                         {"vit-b16", base.supervised(), halves},
                         {"vit-l16", large.supervised(), halves},
                         {"deit-ti16-distilled", tiny.distilled()},
                         {"deit-s16-distilled", small.distilled()},
                         {"deit-b16-distilled", base.distilled()},
                         {"dino-vits16", small},
                         {"dino-vits8", small.of_patches(8)},
                         {"dino-vitb16", base},
                         {"dino-vitb8", base.of_patches(8)},
                         {"clip-vitb32", base.of_patches(32).clip(512), clip},
                         {"clip-vitb16", base.clip(512), clip},
                         {"clip-vitl14", large.of_patches(14).clip(768), clip},
                         {"dinov3-vits16", small.dinov3()},
                         {"dinov3-vitb16", base.dinov3()},
                         {"dinov3-vitl16", large.dinov3()}});
  return all;
}

/// The sizes of the network of that name, see `BackboneName`.
/// @throws ConfigError  for an unknown name, with some of those that exist, or more blocks than it has.
inline VitConfig find_vit(std::string_view text) {
  const BackboneName name(text);
  const std::vector<NamedVit> all = named_vits();
  for (const NamedVit& vit : all) {
    if (vit.name == name.name) return name.parts == 0 ? vit.config : vit.config.first(name.parts);
  }
  fail<ConfigError>(unknown_name("vision transformer", name.name, all, "`vpr models`"));
}

/// The rows of `named_vits`: see `NamedBackbone`.
struct DinoV2Backbones {
  template <class Row>
  static std::vector<Row> rows() {
    std::vector<Row> all;
    for (const NamedVit& vit : named_vits()) {
      const auto make = [config = vit.config]<class B>(const BackboneOptions& options) {
        VPR_REQUIRE(ConfigError, options.position_rule.empty() || config.rotary_base == 0, "got the position rule '", options.position_rule,
                    "' for a network whose positions are rotary: there is nothing to resize");
        VitConfig sizes = options.position_rule.empty() ? config : config.with(find_position_rule(options.position_rule));
        if (options.parts > 0) sizes = sizes.first(options.parts);
        return DinoV2<VitConfig, NoAdapter, B>(sizes);
      };
      const std::string registers = vit.config.registers > 0 ? ", registers" : "";
      const std::string patches = ", patches of " + std::to_string(vit.config.patch_size);
      all.push_back({.name = vit.name,
                     .meaning = std::to_string(vit.config.channels) + " channels, " + std::to_string(vit.config.depth) + " blocks" +
                                patches + registers,
                     .position_rule = vit.config.rotary_base > 0 ? "none" : std::string(text_of(vit.config.position_rule())),
                     .preprocess = vit.preprocess,
                     .factory = make});
    }
    return all;
  }
};

}  // namespace vpr
