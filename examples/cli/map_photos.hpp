// SPDX-License-Identifier: MIT
/// @file
/// The commands of `vpr map` that describe photos.
#pragma once

#include <vpr/dataset/photo.hpp>

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace vpr {
class MapSnapshot;
}

namespace cli {

struct ModelOptions;

/// What a command says of the photos that it is given.
inline constexpr const char* sources_text = "folders, lists, tables or photos";

/// The options of photos that are described as a map's were.
void add_map_model_options(CLI::App& command, ModelOptions& options);

/// The places of a map whose positions are metres or degrees, as photos to compare others with; in place of a path they have a text that names them.
std::vector<vpr::Photo> positioned_places(const vpr::MapSnapshot& map, const std::string& path);
/// @throws vpr::ConfigError  where positions of one list do not compare with those of the other: in one map they would lock it out of `vpr localize`
void require_comparable_positions(std::vector<vpr::Photo> a, std::vector<vpr::Photo> b);

void add_map_create(CLI::App& map);
void add_map_add(CLI::App& map);
void add_map_query(CLI::App& map);

}  // namespace cli
