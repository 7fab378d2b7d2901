// SPDX-License-Identifier: MIT
/// @file
/// The published DINOv2 networks by name.
#pragma once

#include <vpr/backbone/vit_config.hpp>
#include <vpr/core/error.hpp>

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

/// The sizes of the network of that name.
/// @throws ConfigError  for an unknown name, with the list of those that exist.
inline VitConfig find_vit(std::string_view name) {
  std::string known;
  for (const NamedVit& vit : named_vits()) {
    if (vit.name == name) return vit.config;
    known += (known.empty() ? "" : ", ") + vit.name;
  }
  fail<ConfigError>("there is no backbone '", name, "'; there are ", known);
}

}  // namespace vpr
