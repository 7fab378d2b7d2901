// SPDX-License-Identifier: MIT
/// @file
/// A map as it was at one moment.
#pragma once

#include <vpr/local/store.hpp>
#include <vpr/map/search.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vpr {

/// Local features where they lie in a map's file. Borrowed from the snapshot that they were asked of.
struct StoredLocalFeatures {
  Grid grid;
  std::int64_t channels = 0;
  LocalPrecision precision = LocalPrecision::float16;
  std::span<const std::byte> bytes;  ///< as `encode` gives them, aligned to 64 bytes
  std::int64_t keypoints = 0;        ///< how many there are; 0: the features lie on the grid

  /// The features as floats, copied.
  LocalFeatures features() const { return decode(bytes, precision, grid, channels, keypoints); }
  std::int64_t size() const { return keypoints > 0 ? keypoints : grid.patches(); }
  /// The features as they lie there. @throws ConfigError unless they are kept as float32
  Rows rows() const {
    VPR_REQUIRE(ConfigError, precision == LocalPrecision::float32, "local features are read in place where they are kept as float32");
    return {reinterpret_cast<const float*>(bytes.data()), size(), channels};
  }
};

/// A map as one commit left it, whatever is added meanwhile. As long as one exists the file keeps its pages, so hold none longer than needed.
///
/// What is read is verified by its checksum first; what is damaged is a FormatError that names it. Everything here may be done from several
/// threads at once. It is a `LocalStore` of the places that have local features.
class MapSnapshot {
 public:
  std::int64_t size() const { return blocks_->header().places; }
  std::int64_t dim() const { return blocks_->header().dimensions; }
  MapPrecision precision() const { return blocks_->header().precision; }
  const ModelRecord& record() const& { return blocks_->header().record; }
  void record() const&& = delete;
  /// The sessions that places are or were of, in the order in which they came; an empty name among them where a place has none.
  const std::vector<std::string>& sessions() const& { return blocks_->sessions(); }
  void sessions() const&& = delete;

  /// The same for two snapshots of a map between which no place was added, replaced or removed.
  std::uint64_t state() const { return blocks_->state(); }

  bool contains(std::int64_t id) const { return blocks_->find(id).has_value(); }

  /// @throws ConfigError for an id that is not here, as do all below
  Place place(std::int64_t id) const {
    const auto at = find(id);
    return place_at(at.row, blocks_->columns(at.block), blocks_->details(at.block));
  }

  /// The descriptor as it is kept; of a code, 1 and -1.
  std::vector<float> descriptor(std::int64_t id) const {
    const auto at = find(id);
    std::vector<float> values(static_cast<std::size_t>(dim()));
    const detail::BlockLayout& layout = blocks_->layout();
    layout.decode(layout.get(blocks_->content(detail::MapKind::descriptors, at.block), at.row), values.data());
    return values;
  }

  /// Calls `visit(place)` for each place, by ascending id.
  template <class Visit>
  void each(Visit&& visit) const {
    for (std::int64_t block = 0; block < blocks_->size(); ++block)
      each_of(block, [&](Place place, std::int64_t) { visit(std::move(place)); });
  }

  /// Calls `visit(id, values)` with the descriptor of each place, as `descriptor` gives it, by ascending id.
  template <class Visit>
  void each_descriptor(Visit&& visit) const {
    for (std::int64_t block = 0; block < blocks_->size(); ++block) each_descriptor_of(block, visit);
  }

  /// The best min(k, places that the filter allows) for each of Q×D queries, by place id, in the order that `Index` fixes. Exact: ids, order and
  /// scores are those of `FlatIndex<Metric>` of the descriptors as they are kept. Of a map of codes the score is the Hamming distance from the
  /// query's code, whatever the metric.
  /// @throws ShapeError, FormatError, ConfigError as `Index` says; ConfigError as `PlaceFilter` says
  template <class Metric = InnerProduct>
  std::vector<Matches> search(RowsArgument queries, std::int64_t k, const PlaceFilter& filter = {}) const {
    return detail::search_blocks<Metric>(*blocks_, queries, k, filter);
  }

  /// Local features of a place, in place; nothing where it has none.
  std::optional<StoredLocalFeatures> stored_features(std::int64_t id) const {
    static_cast<void>(find(id));
    const std::optional<detail::MapValue> value = this->value(detail::map_key(detail::MapKind::local, id));
    if (!value) return std::nullopt;
    const auto& fields = value->header().fields;
    const StoredLocalFeatures stored{{fields[0], fields[1]},
                                     fields[2],
                                     static_cast<LocalPrecision>(fields[3]),
                                     value->content(),
                                     static_cast<std::int64_t>(value->header().count)};
    const std::uint64_t count = value->header().count, size = count > 0 ? count : std::uint64_t{fields[0]} * fields[1];
    VPR_REQUIRE(
        FormatError,
        fields[3] <= 2 && count <= stored.bytes.size() && stored.bytes.size() == byte_size(stored.precision, size, fields[2], count),
        blocks_->path(), ": ", detail::name_of_key(value->key), " was damaged");
    return stored;
  }
  /// The same as floats. @throws ConfigError also for a place that has none
  LocalFeatures features(std::int64_t id) const {
    const auto stored = stored_features(id);
    VPR_REQUIRE(ConfigError, stored.has_value(), blocks_->path(), ": place ", id, " has no local features");
    return stored->features();
  }

  /// What the user keeps with the map under that name, such as a PCA or a calibration; nothing where there is none.
  std::optional<std::string> attachment(std::string_view name) const {
    const auto value = this->value(detail::map_key(detail::MapKind::attachment, name));
    if (!value) return std::nullopt;
    const auto content = value->content();
    return std::string(reinterpret_cast<const char*>(content.data()), content.size());
  }
  std::vector<std::string> attachments() const {
    std::vector<std::string> names;
    transaction_->pages().visit(detail::map_key(detail::MapKind::attachment), detail::map_end(detail::MapKind::attachment),
                                [&](std::string_view key, std::span<const std::byte>) { names.emplace_back(key.substr(1)); });
    return names;
  }

  /// Reads everything, and names what was damaged; empty where nothing was.
  std::vector<std::string> verify() const {
    std::vector<std::string> damaged;
    const auto note = [&](const auto& check) {
      try {
        check();
      } catch (const FormatError& error) {
        damaged.emplace_back(error.what());
      }
    };
    const detail::LmdbPages& pages = transaction_->pages();
    note([&] { pages.check(); });
    note([&] {
      pages.visit({}, {}, [&](std::string_view key, std::span<const std::byte> bytes) {
        note([&] {
          pages.check_overflow(bytes);
          detail::MapValue{std::string(key), bytes}.check(blocks_->path());
        });
      });
    });
    if (!damaged.empty()) return damaged;
    note([&] {
      std::int64_t last = -1, count = 0;
      each([&](const Place& place) {
        VPR_REQUIRE(FormatError, place.id > last, blocks_->path(), ": place ", place.id, " stands behind place ", last);
        last = place.id;
        ++count;
      });
      VPR_REQUIRE(FormatError, count == size(), blocks_->path(), ": has ", count, " places, its header says ", size());
    });
    return damaged;
  }

 private:
  friend class PlaceMap;
  template <class>
  friend class PlaceGraph;
  MapSnapshot(std::shared_ptr<const detail::ReadTransaction> transaction, std::shared_ptr<const detail::MapBlocks> blocks)
      : transaction_(std::move(transaction)), blocks_(std::move(blocks)) {}

  /// Calls `visit(place, row)` for each place of a block.
  template <class Visit>
  void each_of(std::int64_t block, Visit&& visit) const {
    const detail::Columns columns = blocks_->columns(block);
    const detail::Details details = blocks_->details(block);
    for (std::int64_t row = 0; row < blocks_->rows(block); ++row) {
      if (columns.present(static_cast<std::size_t>(row))) visit(place_at(row, columns, details), row);
    }
  }

  /// Calls `visit(id, values)` for each place of a block.
  template <class Visit>
  void each_descriptor_of(std::int64_t block, Visit&& visit) const {
    const detail::BlockLayout& layout = blocks_->layout();
    std::vector<float> values(static_cast<std::size_t>(dim()));
    const detail::Columns columns = blocks_->columns(block);
    const std::span<const std::byte> rows = blocks_->content(detail::MapKind::descriptors, block);
    for (std::size_t row = 0; row < columns.size(); ++row) {
      if (!columns.present(row)) continue;
      layout.decode(layout.get(rows, static_cast<std::int64_t>(row)), values.data());
      visit(columns.id(row), std::span<const float>(values));
    }
  }

  detail::MapBlocks::Place find(std::int64_t id) const {
    const auto at = blocks_->find(id);
    VPR_REQUIRE(ConfigError, at.has_value(), blocks_->path(), ": there is no place ", id);
    return *at;
  }

  Place place_at(std::int64_t row, const detail::Columns& columns, const detail::Details& details) const {
    const auto i = static_cast<std::size_t>(row);
    const detail::PlaceRow of = columns.row(i);
    detail::PlaceDetails more = details.at(i);
    return {of.id,
            std::move(more.name),
            blocks_->session(of.session),
            of.position(),
            more.pose,
            is_finite(of.time) ? std::optional(of.time) : std::nullopt};
  }

  std::optional<detail::MapValue> value(const std::string& key) const {
    std::optional<detail::MapValue> found;
    transaction_->pages().visit(key, key + '\0', [&](std::string_view, std::span<const std::byte> bytes) { found = {key, bytes}; });
    if (found) found->check(blocks_->path());
    return found;
  }

  std::shared_ptr<const detail::ReadTransaction> transaction_;
  std::shared_ptr<const detail::MapBlocks> blocks_;
};

static_assert(LocalStore<MapSnapshot>);

}  // namespace vpr
