// SPDX-License-Identifier: MIT
/// @file
/// What the rows of convolutional networks of stages share.
#pragma once

#include <vpr/backend/shapes.hpp>
#include <vpr/core/nearest_names.hpp>
#include <vpr/model/backbone_name.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace vpr {

/// A published network: its name here, such as `resnet50`, and its sizes.
template <class Config>
struct NamedSizes {
  std::string name;
  Config config;
};

/// The sizes of the network of that name, see `BackboneName`.
/// @param kind  what such networks are called, in an error
/// @throws ConfigError  for an unknown name, with some of those that exist, or more stages than it has.
template <class Config>
Config find_sizes(const char* kind, const std::vector<NamedSizes<Config>>& all, std::string_view text) {
  const BackboneName name(text);
  for (const NamedSizes<Config>& named : all) {
    if (named.name == name.name) return name.parts == 0 ? named.config : named.config.first(name.parts);
  }
  fail<ConfigError>(unknown_name(kind, name.name, all, "`vpr models`"));
}

/// A row of each: see `NamedBackbone`.
template <class Row, template <class> class Network, class Config>
std::vector<Row> staged_rows(const std::vector<NamedSizes<Config>>& all) {
  std::vector<Row> rows;
  for (const NamedSizes<Config>& named : all) {
    const Network<Shapes> network(named.config);
    const auto make = [named]<class B>(const BackboneOptions& options) {
      VPR_REQUIRE(ConfigError, options.position_rule.empty(), "backbone '", named.name,
                  "' has no position embeddings to resize by the rule '", options.position_rule, "'");
      return Network<B>(options.parts > 0 ? named.config.first(options.parts) : named.config);
    };
    rows.push_back({.name = named.name,
                    .meaning = std::to_string(network.channels()) + " channels, " + std::to_string(network.depth()) + " stages",
                    .position_rule = "none",
                    .factory = make});
  }
  return rows;
}

}  // namespace vpr
