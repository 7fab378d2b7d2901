// SPDX-License-Identifier: MIT
/// @file
/// The commands of `vpr map` that describe photos.
#pragma once

namespace CLI {
class App;
}

namespace cli {

void add_map_create(CLI::App& map);
void add_map_add(CLI::App& map);
void add_map_query(CLI::App& map);

}  // namespace cli
