// SPDX-License-Identifier: MIT
/// @file
/// Approximate search among a map's places. Needs the components vpr::map and vpr::hnsw.
#pragma once

#include <vpr/core/progress.hpp>
#include <vpr/index/hnsw_file.hpp>
#include <vpr/map/snapshot.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vpr {

/// A graph of neighbours (`HnswIndex`) of a map's places: it answers as `MapSnapshot::search` does, but may miss some of the best. It is of one state
/// of the map, and is updated where that has moved on.
///
/// It is kept in a file of its own beside the map, not in it: it can be made again from the map whenever it is damaged or a process is killed while
/// it saves, and no commit of a place waits for gigabytes of links.
///
/// Memory and file: 4 bytes a value, and the links. Searching is const and may be done from several threads; not beside `update`.
template <class Metric = InnerProduct>
class PlaceGraph {
 public:
  /// Of all places of a snapshot. See `HnswIndex` for what that takes.
  /// @throws ConfigError  for a map of codes, or settings as `HnswIndex`
  explicit PlaceGraph(const MapSnapshot& map, const HnswSettings& settings = {}, const Progress& progress = {})
      : index_(map.dim(), settings) {
    update(map, progress);
  }

  /// What `save` wrote; `update` makes it one of the map as it is now.
  /// @throws IoError, FormatError  as `load_hnsw`
  static PlaceGraph load(const std::string& path) {
    HnswFile<Metric> file = load_hnsw<Metric>(path);
    PlaceGraph graph(std::move(file.index));
    detail::ByteReader in(std::as_bytes(std::span(file.note)), path + ": its list of places");
    graph.state_ = in.number<std::uint64_t>();
    for (std::int64_t i = 0; i < graph.index_.size(); ++i) {
      const auto id = in.number<std::int64_t>();
      VPR_REQUIRE(FormatError, id > (i == 0 ? -1 : graph.ids_.back()), path, ": was damaged: place ", id, " is out of order");
      graph.ids_.push_back(id);
    }
    return graph;
  }

  void save(const std::string& path) const {
    detail::ByteWriter note;
    note.number(state_);
    for (const std::int64_t id : ids_) note.number(id);
    save_hnsw(path, index_, {reinterpret_cast<const char*>(note.bytes().data()), note.bytes().size()});
  }

  /// Places, those among them that were removed and that searches still pass through.
  std::int64_t size() const { return index_.size(); }
  /// Candidates that are looked at for a query from now on, see `HnswSettings`.
  void set_search(std::int64_t candidates) { index_.set_search(candidates); }
  /// Whether the map has not moved on.
  bool is_of(const MapSnapshot& map) const { return state_ == map.state(); }

  /// Takes over what was added, replaced and removed since. Where more than half of it is gone or changed, or it was of another map, it is made anew.
  /// @return  how many places it took over
  /// @throws ConfigError  for a map of codes
  std::int64_t update(const MapSnapshot& map, const Progress& progress = {}) {
    if (is_of(map)) return 0;
    VPR_REQUIRE(ConfigError, map.precision() != MapPrecision::binary, map.blocks_->path(),
                ": keeps codes of bits, which are searched exactly; a graph is of descriptors");
    const auto anew = [&] {
      *this = PlaceGraph(map, index_.settings(), progress);
      return size();
    };
    if (index_.dim() != map.dim()) return anew();
    std::vector<std::int64_t> added, replaced, removed;  // ids; of the others their numbers in the index
    std::int64_t at = 0, gone = 0;
    const auto pass = [&](std::int64_t until) {
      for (; at < size() && ids_[static_cast<std::size_t>(at)] < until; ++at) {
        ++gone;
        if (index_.contains(at)) removed.push_back(at);
      }
    };
    const detail::MapBlocks& blocks = *map.blocks_;
    for (std::int64_t block = 0; block < blocks.size(); ++block) {
      pass(blocks.first_id(block));
      // What is as it was when it was compared last is not read.
      if (block + 1 < blocks.size() && block < std::ssize(compared_) &&
          compared_[static_cast<std::size_t>(block)] == blocks.state_of(block)) {
        const std::int64_t begin = at;
        at = std::lower_bound(ids_.begin() + at, ids_.end(), blocks.first_id(block + 1)) - ids_.begin();
        gone += at - begin - blocks.present(block);
        continue;
      }
      map.each_descriptor_of(block, [&](std::int64_t id, std::span<const float> values) {
        pass(id);
        if (at == size() || ids_[static_cast<std::size_t>(at)] != id) {
          added.push_back(id);
          return;
        }
        const std::span<const float> known = index_.values_of(at);
        if (!index_.contains(at) || !std::equal(values.begin(), values.end(), known.begin())) replaced.push_back(at);
        ++at;
      });
    }
    pass(std::numeric_limits<std::int64_t>::max());
    const bool of_another_map = !added.empty() && !ids_.empty() && added.front() < ids_.back();
    if (of_another_map || 2 * (gone + std::ssize(replaced)) > size()) return anew();
    const std::int64_t changes = std::ssize(added) + std::ssize(replaced) + std::ssize(removed);
    std::int64_t done = 0;
    const auto report = [&] {
      if (progress) progress("graph", ++done, changes);
    };
    state_ = 0;  // of no map, should an error come in between
    compared_.clear();
    for (const std::int64_t number : removed) {
      index_.remove(number);
      report();
    }
    for (const std::int64_t number : replaced) {
      index_.replace(number, row_of(map.descriptor(ids_[static_cast<std::size_t>(number)])));
      report();
    }
    for (const std::int64_t id : added) {
      index_.add(row_of(map.descriptor(id)));
      ids_.push_back(id);
      report();
    }
    state_ = map.state();
    compared_ = blocks.block_states();
    return changes;
  }

  /// At most k places for each of Q×D queries that are among the best that the filter allows, by place id; scores have the bits of
  /// `MapSnapshot::search`. Where the filter leaves less than a twentieth of the places, the answer is that of the exact search among these.
  /// @throws ConfigError  for a map that has moved on since; else as `MapSnapshot::search`
  std::vector<Matches> search(const MapSnapshot& map, RowsArgument queries, std::int64_t k, const PlaceFilter& filter = {}) const {
    VPR_REQUIRE(ConfigError, is_of(map), map.blocks_->path(), ": has changed since its graph was made: update the graph");
    const detail::MapBlocks& blocks = *map.blocks_;
    const std::vector<std::uint64_t> selected = detail::PlaceSelection(blocks, filter).rows();
    std::int64_t left = 0;
    for (const std::uint64_t rows : selected) left += std::popcount(rows);
    if (20 * left < map.size()) return map.template search<Metric>(queries, k, filter);
    const auto allows = [&](std::int64_t number) {
      const auto place = blocks.find(ids_[static_cast<std::size_t>(number)]);
      if (!place) return false;
      const std::int64_t row = place->block * blocks.layout().rows() + place->row;
      return (selected[static_cast<std::size_t>(row / detail::panel_rows)] >> row % detail::panel_rows & 1U) != 0;
    };
    std::vector<Matches> found = left == map.size() ? index_.search(queries, k) : index_.search(queries, k, allows);
    for (Matches& matches : found) {
      for (Match& match : matches) match.id = ids_[static_cast<std::size_t>(match.id)];
    }
    return found;
  }

 private:
  explicit PlaceGraph(HnswIndex<Metric> index) : index_(std::move(index)) {}

  static Rows row_of(const std::vector<float>& values) { return {values.data(), 1, std::ssize(values)}; }

  HnswIndex<Metric> index_;
  std::vector<std::int64_t> ids_;                        // of the places, ascending, by their numbers in the index
  std::uint64_t state_ = 0;                              // of the map; 0: of none
  std::vector<detail::MapBlocks::BlockState> compared_;  // its blocks, as they were compared last
};

}  // namespace vpr
