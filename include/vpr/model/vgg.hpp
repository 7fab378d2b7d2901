// SPDX-License-Identifier: MIT
/// @file
/// VGG-16 by name.
#pragma once

#include <vpr/backbone/vgg.hpp>
#include <vpr/model/backbone_name.hpp>

#include <string_view>
#include <vector>

namespace vpr {

/// The sizes of the network of that name, see `BackboneName`.
/// @throws ConfigError  for another name than vgg16, or more stages than it has.
inline VggConfig find_vgg(std::string_view text) {
  const BackboneName name(text);
  VPR_REQUIRE(ConfigError, name.name == "vgg16", "there is no VGG '", name.name, "'; there is vgg16");
  return name.parts == 0 ? VggConfig() : VggConfig().first(name.parts);
}

/// The row of VGG-16 up to conv5_3: see `NamedBackbone`.
struct VggBackbones {
  template <class Row>
  static std::vector<Row> rows() {
    const auto make = []<class B>(const BackboneOptions& options) {
      VPR_REQUIRE(ConfigError, options.position_rule.empty(), "backbone 'vgg16' has no position embeddings to resize by the rule '",
                  options.position_rule, "'");
      return Vgg<B>(options.parts > 0 ? VggConfig().first(options.parts) : VggConfig());
    };
    return {Row{.name = "vgg16", .meaning = "512 channels, 5 stages, up to conv5_3", .position_rule = "none", .factory = make}};
  }
};

}  // namespace vpr
