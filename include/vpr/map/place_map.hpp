// SPDX-License-Identifier: MIT
/// @file
/// A map of places: descriptors on disk that are searched where they lie, kept, grown, merged. Needs the component vpr::map.
#pragma once

#include <vpr/io/atomic_file.hpp>
#include <vpr/map/new_file.hpp>
#include <vpr/map/snapshot.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace vpr {

/// What a new map is of.
struct MapSettings {
  std::int64_t dimensions = 0;
  MapPrecision precision = MapPrecision::bf16;
  ModelRecord record = {};  ///< what the descriptors are made by; only maps of one model are merged
};

/// A map of places in one file (and a lock file beside it, which may be deleted when no process has the map open).
///
/// Each call that changes it is one commit: it is there whole or not at all, whatever kills the process or fills the disk, and on the disk when
/// the call returns. One writer of all processes changes it at a time, others wait; any number of readers, up to 1024, go on meanwhile, each query
/// on the last commit of its beginning. Everything may be called from several threads at once. One process opens a map for writing before it
/// opens it for reading. Symbolic links are followed; hard links, network file systems and use across `fork` are not supported. A map that another
/// process replaces by one of other settings is an error from then on, a ConfigError that names the difference.
///
/// Opening reads a few pages and no descriptors. Nothing is kept in memory but where blocks lie, some 100 bytes for 128 KiB of descriptors.
/// A file may grow to 1 TiB, or to an eighth of the address space that the process may have (`ulimit -v`). See docs/map.md.
class PlaceMap {
 public:
  /// A new map, to be read and written.
  /// @throws ConfigError for dimensions that the precision does not take; IoError, also where there is a file already
  static PlaceMap create(const std::string& path, const MapSettings& settings) {
    return build(path, settings, [](const auto&) {});
  }

  /// A new map that `fill(commit)` fills before anybody sees it; `commit(change)` commits what `change(editor)` does.
  template <class Fill>
  static PlaceMap build(const std::string& path, const MapSettings& settings, const Fill& fill) {
    static_cast<void>(detail::BlockLayout(settings.precision, settings.dimensions));
    VPR_REQUIRE(IoError, !detail::identity_of(path), path, ": there is a file already; open it, or delete it first");
    const std::string target = detail::link_target(path);
    detail::NewMapFile file(target);
    file.change(detail::MapHeader{.dimensions = settings.dimensions, .precision = settings.precision, .record = settings.record},
                [](detail::MapEditor&) {});
    fill([&file](const auto& change) { file.change(std::nullopt, change); });
    file.finish();
    file.name(target);
    return open(target, MapAccess::write);
  }

  /// A map that is there.
  /// @throws IoError; FormatError for what is no map, was damaged, or is of a newer version
  static PlaceMap open(const std::string& path, MapAccess access = MapAccess::read) {
    PlaceMap map(path, access);
    const MapSnapshot now = map.snapshot();
    map.state_->settings = MapSettings{now.dim(), now.precision(), now.record()};
    return map;
  }

  const std::string& path() const& { return state_->path; }
  void path() const&& = delete;
  /// Of the file.
  std::uint64_t bytes() const { return database()->bytes(); }

  /// The map as it is now.
  MapSnapshot snapshot() const {
    const auto transaction = std::make_shared<const detail::ReadTransaction>(database());
    return {transaction, blocks_of(*transaction)};
  }
  std::int64_t size() const { return snapshot().size(); }

  /// See `MapSnapshot::search`.
  template <class Metric = InnerProduct>
  std::vector<Matches> search(RowsArgument queries, std::int64_t k, const PlaceFilter& filter = {}) const {
    return snapshot().search<Metric>(queries, k, filter);
  }

  /// Adds places, whose own ids are not looked at, with their descriptors N×D: one commit.
  /// @return  their ids, ascending
  /// @throws ShapeError, FormatError for rows that do not fit or are not finite, or places that are not; IoError. Nothing is added then.
  std::vector<std::int64_t> add(std::span<const Place> places, RowsArgument descriptors) { return add(places, descriptors, {}); }
  /// The same with local features of each.
  std::vector<std::int64_t> add(std::span<const Place> places, RowsArgument descriptors, std::span<const LocalFeatures> local,
                                LocalPrecision precision = LocalPrecision::float16) {
    VPR_REQUIRE(ShapeError, std::cmp_equal(places.size(), descriptors.size()) && (local.empty() || local.size() == places.size()),
                state_->path, ": got ", places.size(), " places, ", descriptors.size(), " descriptors and ", local.size(),
                " local features");
    std::vector<std::int64_t> ids;
    change([&](detail::MapEditor& editor) {
      require_finite(descriptors, editor.layout().dim(), "PlaceMap: descriptor");
      ids.clear();
      for (std::size_t i = 0; i < places.size(); ++i) {
        ids.push_back(editor.header().next_id);
        editor.append(ids.back(), places[i], editor.layout().encode(descriptors[static_cast<std::int64_t>(i)]));
        if (!local.empty()) editor.put_local(ids.back(), local[i], precision);
      }
    });
    return ids;
  }
  std::int64_t add(const Place& place, std::span<const float> descriptor) {
    return add(std::span(&place, 1), Rows(descriptor.data(), 1, std::ssize(descriptor)))[0];
  }

  /// Puts a place and its descriptor in place of those under `place.id`. Its local features go.
  /// @throws ConfigError for an id that is not here; else as `add`
  void replace(const Place& place, std::span<const float> descriptor) {
    change([&](detail::MapEditor& editor) {
      const Rows row(descriptor.data(), 1, std::ssize(descriptor));
      require_finite(row, editor.layout().dim(), "PlaceMap: descriptor");
      editor.replace(place.id, place, editor.layout().encode(row[0]));
      editor.put_local(place.id, std::nullopt);
    });
  }

  /// Removes places; their ids are never given again. Their room is used again once the map is compacted.
  /// @throws ConfigError for an id that is not here, or is given twice; nothing is removed then
  void remove(std::span<const std::int64_t> ids) {
    change([&](detail::MapEditor& editor) {
      for (const std::int64_t id : ids) editor.remove(id);
    });
  }

  /// Keeps local features of a place, in place of those that it has.
  /// @throws ConfigError for an id that is not here; ShapeError, FormatError as `encode`
  void put_features(std::int64_t id, const LocalFeatures& features, LocalPrecision precision = LocalPrecision::float16) {
    change([&](detail::MapEditor& editor, const detail::MapBlocks& before) {
      VPR_REQUIRE(ConfigError, before.find(id).has_value(), state_->path, ": there is no place ", id);
      editor.put_local(id, features, precision);
    });
  }

  /// Keeps bytes of the user's under a name of up to 500 bytes, such as a PCA, a vocabulary or a calibration; nothing takes them away.
  void attach(std::string_view name, std::optional<std::string_view> content) {
    change([&](detail::MapEditor& editor) { editor.put_attachment(name, content); });
  }

  /// Adds the places of another map of the same model, with their local features, under new ids: one commit, which needs memory for all of it.
  /// Attachments stay behind.
  /// @return  the new ids, in the order of the other map's
  /// @throws ConfigError  that names what differs in dimensions, precision or model, or for the map itself
  std::vector<std::int64_t> merge(const PlaceMap& other) {
    const MapSnapshot from = other.snapshot();
    std::vector<std::int64_t> ids;
    change([&](detail::MapEditor& editor) {
      const detail::MapHeader &ours = editor.header(), &theirs = from.blocks_->header();
      VPR_REQUIRE(ConfigError, other.database() != database(), state_->path, ": a map cannot be merged into itself");
      VPR_REQUIRE(ConfigError, ours.dimensions == theirs.dimensions && ours.precision == theirs.precision, state_->path, ": has ",
                  ours.dimensions, " dimensions in ", name_of(ours.precision), ", ", other.state_->path, " has ", theirs.dimensions, " in ",
                  name_of(theirs.precision), "; only maps of one model and precision are merged");
      require_same(ours.record, theirs.record, text_of(state_->path, " and ", other.state_->path));
      ids.clear();
      for (std::int64_t block = 0; block < from.blocks_->size(); ++block) {
        copy(from, block, [&](const Place& place, const detail::EncodedRow& row) {
          ids.push_back(editor.header().next_id);
          editor.append(ids.back(), place, row);
          copy_local(from, place.id, editor, ids.back());
        });
      }
    });
    return ids;
  }

  /// Writes the map anew without the room of what was removed or replaced, and puts the new file in its place at once. Ids stay. Other processes that
  /// have it open go on and see the new file with their next call.
  void compact() {
    require_writable();
    const std::lock_guard writing(state_->writing);
    const std::shared_ptr<detail::Database> old = database();
    detail::WriteTransaction holding(old);  // so that nobody else writes
    VPR_REQUIRE(IoError, old->current(), state_->path, ": was replaced meanwhile; try again");
    const MapSnapshot from = snapshot();
    detail::NewMapFile file(state_->path);
    const detail::MapHeader& header = from.blocks_->header();
    file.change(detail::MapHeader{.dimensions = header.dimensions, .precision = header.precision, .record = header.record},
                [&](detail::MapEditor& editor) {
                  for (const std::string& name : from.attachments()) editor.put_attachment(name, from.attachment(name));
                });
    // A commit holds what it writes in memory: some 10 MB of blocks, or records of some megabytes.
    constexpr std::int64_t at_once = 64;
    for (std::int64_t begin = 0; begin < from.blocks_->size(); begin += at_once) {
      file.change(std::nullopt, [&](detail::MapEditor& editor) {
        for (std::int64_t block = begin; block < std::min(from.blocks_->size(), begin + at_once); ++block)
          copy(from, block, [&](const Place& place, const detail::EncodedRow& row) { editor.append(place.id, place, row); });
      });
    }
    std::vector<std::int64_t> local;
    from.transaction_->pages().visit(detail::map_key(detail::MapKind::local), detail::map_end(detail::MapKind::local),
                                     [&](std::string_view key, std::span<const std::byte>) { local.push_back(detail::id_of_key(key)); });
    for (std::size_t begin = 0; begin < local.size(); begin += at_once) {
      file.change(std::nullopt, [&](detail::MapEditor& editor) {
        for (std::size_t i = begin; i < std::min(local.size(), begin + at_once); ++i) copy_local(from, local[i], editor, local[i]);
      });
    }
    file.change(std::nullopt, [&](detail::MapEditor& editor) { editor.keep_next_id(header.next_id); });
    file.finish();
    file.replace(*old);
  }

  /// Reads everything, and names what was damaged; empty where nothing was. What cannot even be opened is an error: see `verify_map`.
  std::vector<std::string> verify() const { return snapshot().verify(); }

 private:
  struct State {
    std::string path;
    MapAccess access;
    std::optional<MapSettings> settings;  // as they were when it was opened; none until then
    std::mutex writing;
    std::mutex mutex;  // of what follows
    std::shared_ptr<detail::Database> database;
    std::shared_ptr<const detail::MapBlocks> blocks;
  };

  PlaceMap(const std::string& path, MapAccess access) : state_(std::make_unique<State>()) {
    state_->path = detail::link_target(path);  // so that all open the same lock file
    state_->access = access;
    state_->database = detail::Database::open(state_->path, access);
  }

  void require_writable() const {
    VPR_REQUIRE(ConfigError, state_->access == MapAccess::write, state_->path,
                ": is open to be read; open it with MapAccess::write to change it");
  }

  /// The file that bears the map's name now: another one after it was compacted.
  std::shared_ptr<detail::Database> database() const {
    std::unique_lock lock(state_->mutex);
    const std::shared_ptr<detail::Database> known = state_->database;
    lock.unlock();  // nobody waits for another's look at the file system
    if (known->current()) return known;
    lock.lock();
    if (!state_->database->current()) {
      VPR_REQUIRE(IoError, detail::identity_of(state_->path), state_->path, ": is no longer there");
      state_->database = detail::Database::open(state_->path, state_->access);
      state_->blocks.reset();
    }
    return state_->database;
  }

  /// @throws ConfigError  where another map was put in the place of the one that was opened, whose descriptors do not compare with that one's
  void require_same_map(const detail::MapHeader& now) const {
    if (!state_->settings) return;
    const MapSettings& then = *state_->settings;
    VPR_REQUIRE(ConfigError, now.dimensions == then.dimensions && now.precision == then.precision, state_->path,
                ": was replaced since it was opened: it had ", then.dimensions, " dimensions in ", name_of(then.precision), " and has ",
                now.dimensions, " in ", name_of(now.precision), "; open it again");
    require_same(then.record, now.record, state_->path + ": was replaced since it was opened; the descriptors that it had and has");
  }

  /// The blocks of a transaction's commit; those that were there before are not verified again.
  std::shared_ptr<const detail::MapBlocks> blocks_of(const detail::ReadTransaction& transaction) const {
    std::unique_lock lock(state_->mutex);
    const std::shared_ptr<const detail::MapBlocks> last = state_->blocks;
    lock.unlock();
    if (last && last->of(transaction)) return last;
    auto made = std::make_shared<const detail::MapBlocks>(transaction, last.get());
    require_same_map(made->header());
    lock.lock();
    // Another thread may have got a later commit meanwhile, or another file.
    if (transaction.database() == state_->database && (!state_->blocks || state_->blocks->commit() < made->commit())) state_->blocks = made;
    return made;
  }

  template <class Change>
  void change(const Change& change) {
    require_writable();
    const std::lock_guard writing(state_->writing);
    for (;;) {
      detail::WriteTransaction transaction(database());
      if (!transaction.before().database()->current()) continue;  // another process put a compacted file in its place meanwhile
      const std::shared_ptr<const detail::MapBlocks> before = blocks_of(transaction.before());
      detail::MapEditor editor(transaction, before.get(), before->header());
      if constexpr (std::is_invocable_v<const Change&, detail::MapEditor&>) {
        change(editor);
      } else {
        change(editor, *before);
      }
      editor.finish();
      transaction.commit();
      return;
    }
  }

  /// Calls `visit(place, encoded row)` for each place of a block.
  template <class Visit>
  static void copy(const MapSnapshot& from, std::int64_t block, const Visit& visit) {
    const std::span<const std::byte> rows = from.blocks_->content(detail::MapKind::descriptors, block);
    from.each_of(block, [&](const Place& place, std::int64_t row) { visit(place, from.blocks_->layout().get(rows, row)); });
  }

  static void copy_local(const MapSnapshot& from, std::int64_t id, detail::MapEditor& editor, std::int64_t to) {
    const auto local = from.stored_features(id);
    if (!local) return;
    editor.put_local(to,
                     {static_cast<std::uint32_t>(local->grid.height), static_cast<std::uint32_t>(local->grid.width),
                      static_cast<std::uint32_t>(local->channels), static_cast<std::uint32_t>(local->precision)},
                     static_cast<std::uint64_t>(local->keypoints), local->bytes);
  }

  std::unique_ptr<State> state_;
};

/// Everything that is damaged in the map at that path, also where it can no longer be opened; empty where nothing is.
/// @throws IoError where there is no file that could be read
inline std::vector<std::string> verify_map(const std::string& path) {
  try {
    return PlaceMap::open(path).verify();
  } catch (const FormatError& error) {
    return {error.what()};
  }
}

}  // namespace vpr
