// SPDX-License-Identifier: MIT
#include "map_graph.hpp"

#ifdef VPR_WITH_MAP
#ifdef VPR_WITH_HNSW
#include "progress_bar.hpp"

#include <vpr/map/place_graph.hpp>

#include <filesystem>
#include <iostream>
#include <memory>
#include <system_error>
#endif

namespace cli {
#ifdef VPR_WITH_HNSW
namespace {

std::string file_of(const std::string& map) { return map + ".hnsw"; }

bool is_there(const std::string& file) {
  std::error_code ignored;
  return std::filesystem::exists(file, ignored);
}

vpr::PlaceGraph<> graph_of(const vpr::MapSnapshot& map, const std::string& file) {
  const bool there = is_there(file);
  vpr::PlaceGraph<> graph = there ? vpr::PlaceGraph<>::load(file) : vpr::PlaceGraph<>(map, {}, progress_bar());
  if (there && graph.is_of(map)) return graph;
  graph.update(map, progress_bar());
  try {
    graph.save(file);
  } catch (const vpr::IoError& error) {
    std::cerr << "vpr: warning: " << error.what() << "; the graph is made again next time\n";
  }
  return graph;
}

}  // namespace

PlaceSearch search_in_graph(const vpr::MapSnapshot& map, const std::string& path, const vpr::PlaceFilter& filter, std::int64_t candidates,
                            vpr::Timing& timing) {
  const auto graph = std::make_shared<vpr::PlaceGraph<>>(timing.measure("graph", map.size(), [&] { return graph_of(map, file_of(path)); }));
  graph->set_search(candidates);
  return [=](vpr::Rows queries, std::int64_t k) { return graph->search(map, queries, k, filter); };
}

std::string damage_of_graph(const std::string& path) {
  if (!is_there(file_of(path))) return {};
  try {
    static_cast<void>(vpr::PlaceGraph<>::load(file_of(path)));
  } catch (const vpr::FormatError& error) {
    return error.what();
  }
  return {};
}
#else
PlaceSearch search_in_graph(const vpr::MapSnapshot&, const std::string&, const vpr::PlaceFilter&, std::int64_t, vpr::Timing&) {
  vpr::fail<vpr::ConfigError>("--hnsw: this program was built without hnswlib: build it where that is installed (Debian: libhnswlib-dev)");
}

std::string damage_of_graph(const std::string&) { return {}; }
#endif
}  // namespace cli
#endif
