// SPDX-License-Identifier: MIT
/// @file
/// The published DINOv2 networks by name.
#pragma once

#include <vpr/backbone/dinov2.hpp>
#include <vpr/model/backbone_name.hpp>

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace vpr {

/// A published network: its name here, such as `dinov2-vitb14-reg`, and its sizes.
struct NamedVit {
  std::string name;
  VitConfig config;
};

/// The published DINOv2 networks: S, B, L and g, each without and with registers.
inline std::vector<NamedVit> named_vits() {
  std::vector<NamedVit> all;
  for (const auto& [name, config] : std::array<NamedVit, 4>{
           {{"dinov2-vits14", ViTS14()}, {"dinov2-vitb14", ViTB14()}, {"dinov2-vitl14", ViTL14()}, {"dinov2-vitg14", ViTG14()}}}) {
    all.push_back({name, config});
    all.push_back({name + "-reg", config.with_registers()});
  }
  return all;
}

/// The sizes of the network of that name, see `BackboneName`.
/// @throws ConfigError  for an unknown name, with the list of those that exist, or more blocks than it has.
inline VitConfig find_vit(std::string_view text) {
  const BackboneName name(text);
  std::string known;
  for (const NamedVit& vit : named_vits()) {
    if (vit.name == name.name) return name.parts == 0 ? vit.config : vit.config.first(name.parts);
    known += (known.empty() ? "" : ", ") + vit.name;
  }
  fail<ConfigError>("there is no DINOv2 '", name.name, "'; there are ", known);
}

/// The rows of `named_vits`: see `NamedBackbone`.
struct DinoV2Backbones {
  template <class Row>
  static std::vector<Row> rows() {
    std::vector<Row> all;
    for (const NamedVit& vit : named_vits()) {
      const auto make = [config = vit.config]<class B>(const BackboneOptions& options) {
        VitConfig sizes = options.position_rule.empty() ? config : config.with(find_position_rule(options.position_rule));
        if (options.parts > 0) sizes = sizes.first(options.parts);
        return DinoV2<VitConfig, NoAdapter, B>(sizes);
      };
      const std::string registers = vit.config.registers > 0 ? ", registers" : "";
      all.push_back(
          {.name = vit.name,
           .meaning = std::to_string(vit.config.channels) + " channels, " + std::to_string(vit.config.depth) + " blocks" + registers,
           .position_rule = std::string(text_of(vit.config.position_rule())),
           .factory = make});
    }
    return all;
  }
};

}  // namespace vpr
