// SPDX-License-Identifier: MIT
/// @file
/// Exact search among the blocks of a map, which are read where they lie in the file.
#pragma once

#include <vpr/index/filtered_scan.hpp>
#include <vpr/map/filter.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace vpr::detail {

/// The panels of a map's blocks, as scans take them; rows are counted through all blocks.
template <class T>
struct MapPanels {
  const MapBlocks& blocks;
  const std::vector<std::uint64_t>& selected;

  std::int64_t panels() const { return blocks.panels(); }
  std::uint64_t rows(std::int64_t panel) const { return selected[static_cast<std::size_t>(panel)]; }
  const T* panel(std::int64_t panel) const { return reinterpret_cast<const T*>(blocks.panel(panel)); }
};

template <class Metric>
struct RoundedMapPanels {
  static constexpr bool needs_scratch = true;
  const MapBlocks& blocks;
  const std::vector<std::uint64_t>& selected;

  std::int64_t panels() const { return blocks.panels(); }
  std::uint64_t rows(std::int64_t panel) const { return selected[static_cast<std::size_t>(panel)]; }
  RoundedPanel panel(std::int64_t panel, RowBounds& bounds) const {
    const std::byte* const at = blocks.panel(panel);
    const BlockLayout& layout = blocks.layout();
    bounds_of<Metric>(*reinterpret_cast<const KnownRows*>(at), layout.precision() == MapPrecision::int8, bounds);
    return {reinterpret_cast<const std::uint32_t*>(at + layout.known_bytes()), layout.elements(), &bounds};
  }
  const float* exact(std::int64_t row, float* scratch) const {
    const BlockLayout& layout = blocks.layout();
    layout.decode(layout.get({blocks.panel(row / panel_rows), layout.panel_bytes()}, row % panel_rows), scratch);
    return scratch;
  }
};

/// The best k places for each query, by id.
template <class Metric>
std::vector<Matches> search_blocks(const MapBlocks& blocks, Rows queries, std::int64_t k, const PlaceFilter& filter) {
  const BlockLayout& layout = blocks.layout();
  VPR_REQUIRE(ConfigError, k >= 0, "PlaceMap: got k = ", k, ", expected at least 0");
  require_finite(queries, layout.dim(), "PlaceMap: query");
  const std::vector<std::uint64_t> selected = PlaceSelection(blocks, filter).rows();
  k = std::min(k, blocks.header().places);
  std::vector<Matches> found;
  switch (layout.precision()) {
    case MapPrecision::float32: found = scan_floats<Metric>(MapPanels<float>{blocks, selected}, queries, k); break;
    case MapPrecision::bf16: {
      const RoundedMapPanels<Metric> panels{blocks, selected};
      found = FilteredScan<Metric, BfloatRounding, RoundedMapPanels<Metric>>(panels, queries, k)();
      break;
    }
    case MapPrecision::int8: {
      const RoundedMapPanels<Metric> panels{blocks, selected};
      found = FilteredScan<Metric, ByteRounding, RoundedMapPanels<Metric>>(panels, queries, k)();
      break;
    }
    case MapPrecision::binary: {
      const std::vector<std::uint64_t> codes = sign_codes(queries);
      found = scan_codes(MapPanels<std::uint64_t>{blocks, selected}, layout.elements(), codes.data(), queries.size(), k);
    }
  }
  for (Matches& matches : found) {
    for (Match& match : matches) match.id = blocks.columns(match.id / layout.rows()).id(static_cast<std::size_t>(match.id % layout.rows()));
  }
  return found;
}

}  // namespace vpr::detail
