// SPDX-License-Identifier: MIT
/// @file
/// The graph of a map, which `vpr map query --hnsw` keeps beside it as MAP.hnsw.
#pragma once

#include <vpr/core/rows.hpp>
#include <vpr/eval/timing.hpp>
#include <vpr/index/concept.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace vpr {
class MapSnapshot;
struct PlaceFilter;
}  // namespace vpr

namespace cli {

/// Finds the k best places for each query.
using PlaceSearch = std::function<std::vector<vpr::Matches>(vpr::Rows queries, std::int64_t k)>;

/// The search in the graph, which is made or updated first, and written, where it has to be.
/// @param candidates  that are looked at for a query
/// @throws vpr::ConfigError  in a program that was built without hnswlib
PlaceSearch search_in_graph(const vpr::MapSnapshot& map, const std::string& path, const vpr::PlaceFilter& filter, std::int64_t candidates,
                            vpr::Timing& timing);

/// Whether the graph was damaged, in a sentence; empty where it was not, or there is none.
std::string damage_of_graph(const std::string& path);

}  // namespace cli
