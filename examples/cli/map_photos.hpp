// SPDX-License-Identifier: MIT
/// @file
/// The commands of `vpr map` that describe photos.
#pragma once

namespace CLI {
class App;
}

namespace cli {

struct ModelOptions;

/// What a command says of the photos that it is given.
inline constexpr const char* sources_text = "folders, lists, tables or photos";

/// The options of photos that are described as a map's were.
void add_map_model_options(CLI::App& command, ModelOptions& options);

void add_map_create(CLI::App& map);
void add_map_add(CLI::App& map);
void add_map_query(CLI::App& map);

}  // namespace cli
