// SPDX-License-Identifier: MIT
/// @file
/// Where the blocks of one commit of a map lie, and which of them were checked.
#pragma once

#include <vpr/map/block.hpp>
#include <vpr/map/columns.hpp>
#include <vpr/map/record_format.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vpr::detail {

/// The header, the sessions and the blocks of one commit, in place. They stay as long as a transaction holds the commit. Each block's checksum is
/// verified when it is first read; safe to use from several threads.
class MapBlocks {
 public:
  static constexpr std::array<MapKind, 3> kinds{MapKind::columns, MapKind::descriptors, MapKind::details};

  /// @param before  blocks of an earlier commit, so that what is there still is not verified again
  /// @throws FormatError for what was damaged
  MapBlocks(const ReadTransaction& transaction, const MapBlocks* before)
      : path_(transaction.database()->path()),
        commit_(transaction.commit()),
        database_(transaction.database()),
        header_(read_header(transaction, path_)),
        layout_(header_.precision, header_.dimensions) {
    const LmdbPages& pages = transaction.pages();
    for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
      pages.visit(map_key(kinds[kind]), map_end(kinds[kind]), [&](std::string_view key, std::span<const std::byte> value) {
        const std::int64_t id = id_of_key(key);
        require(id >= 0 && id < header_.next_id && value.size() >= sizeof(ValueHeader), "a block begins with place ", id, " of ",
                header_.next_id);
        parts_[kind].push_back({id, value, {}});
      });
      for (std::size_t i = 0; i < parts_[kind].size(); ++i) {
        require(i < parts_[0].size() && parts_[kind][i].first_id == parts_[0][i].first_id, "blocks do not belong together");
        if (before == nullptr || before->database_ != database_ || i >= before->parts_[kind].size()) continue;
        const Part& part = before->parts_[kind][i];
        if (part.first_id == parts_[kind][i].first_id && part.value.data() == parts_[kind][i].value.data())
          parts_[kind][i].checked.store(part.checked.load(std::memory_order_relaxed), std::memory_order_relaxed);
      }
      require(parts_[kind].size() == parts_[0].size(), "blocks do not belong together");
    }
    if (!parts_[0].empty()) {
      const std::uint64_t count = MapValue{{}, parts_[0].back().value}.header().count;
      require(count >= 1 && count <= static_cast<std::uint64_t>(layout_.rows()), "the last block has ", count, " places");
      last_count_ = static_cast<std::int64_t>(count);
    }
    pages.visit(map_key(MapKind::sessions), map_end(MapKind::sessions), [&](std::string_view key, std::span<const std::byte> bytes) {
      const MapValue value{std::string(key), bytes};
      value.check(path_);
      ByteReader in(value.content(), path_ + ": its list of sessions");
      for (std::uint64_t count = value.header().count; count > 0; --count) sessions_.push_back(in.text());
      session_value_ = bytes;
    });
  }

  const std::string& path() const { return path_; }
  std::uint64_t commit() const { return commit_; }
  const MapHeader& header() const { return header_; }
  const BlockLayout& layout() const { return layout_; }
  const std::vector<std::string>& sessions() const { return sessions_; }
  std::span<const std::byte> session_value() const { return session_value_; }
  /// Whether these are those of that transaction's commit.
  bool of(const ReadTransaction& transaction) const { return commit_ == transaction.commit() && database_ == transaction.database(); }

  /// The same for two commits between which no place was added, replaced or removed. No block is verified for it.
  std::uint64_t state() const {
    std::uint64_t state = state_.load(std::memory_order_relaxed);
    if (state != 0) return state;
    ByteWriter all;
    for (std::int64_t block = 0; block < size(); ++block) {
      for (const MapKind kind : {MapKind::columns, MapKind::descriptors}) all.number(MapValue{{}, value(kind, block)}.header().checksum);
    }
    state = XXH3_64bits(all.bytes().data(), all.bytes().size()) | 1U;
    state_.store(state, std::memory_order_relaxed);
    return state;
  }

  std::int64_t size() const { return std::ssize(parts_[0]); }
  /// Rows of a block, those of removed places among them.
  std::int64_t rows(std::int64_t block) const { return block + 1 < size() ? layout_.rows() : last_count_; }
  std::int64_t panels_of(std::int64_t block) const { return (rows(block) + panel_rows - 1) / panel_rows; }
  /// Panels of all blocks.
  std::int64_t panels() const { return size() == 0 ? 0 : (size() - 1) * layout_.panels() + panels_of(size() - 1); }
  std::int64_t first_id(std::int64_t block) const { return part(0, block).first_id; }
  /// A value as it lies in the file.
  std::span<const std::byte> value(MapKind kind, std::int64_t block) const { return part(number_of(kind), block).value; }

  /// What a block's value holds. @throws FormatError where it was damaged
  std::span<const std::byte> content(MapKind kind, std::int64_t block) const {
    const Part& part = this->part(number_of(kind), block);
    if (!part.is_checked()) check(kind, block);
    return MapValue{{}, part.value}.content();
  }
  Columns columns(std::int64_t block) const { return {content(MapKind::columns, block), static_cast<std::size_t>(rows(block))}; }
  /// Whether no place of a block was removed.
  bool all_present(std::int64_t block) const {
    static_cast<void>(content(MapKind::columns, block));
    const MapValue value{{}, part(0, block).value};
    return value.header().fields[0] == rows(block);
  }
  Details details(std::int64_t block) const {
    return {content(MapKind::details, block), static_cast<std::size_t>(rows(block)),
            path_ + ": " + name_of_key(map_key(MapKind::details, first_id(block)))};
  }
  /// A panel of descriptors, counted through all blocks.
  const std::byte* panel(std::int64_t panel) const {
    const std::int64_t block = panel / layout_.panels(), of_block = panel % layout_.panels();
    if (of_block + 1 == layout_.panels() && block + 1 < size()) {
      // Scans fetch ahead of themselves within a block only.
      const std::byte* const next = part(1, block + 1).value.data();
      for (int i = 0; i < 4096; i += 64) __builtin_prefetch(next + i);
    }
    const Part& part = this->part(1, block);
    if (!part.is_checked()) check(MapKind::descriptors, block);
    return part.value.data() + sizeof(ValueHeader) + static_cast<std::size_t>(of_block) * layout_.panel_bytes();
  }

  struct Place {
    std::int64_t block, row;
  };
  /// Where a place lies; nothing where there is none of that id.
  std::optional<Place> find(std::int64_t id) const {
    const auto behind = std::upper_bound(parts_[0].begin(), parts_[0].end(), id,
                                         [](std::int64_t wanted, const Part& part) { return wanted < part.first_id; });
    if (behind == parts_[0].begin()) return std::nullopt;
    const std::int64_t block = behind - parts_[0].begin() - 1;
    const Columns all = columns(block);
    std::size_t low = 0, high = all.size();
    while (low < high) {
      const std::size_t middle = (low + high) / 2;
      (all.id(middle) < id ? low : high) = all.id(middle) < id ? middle + 1 : middle;
    }
    if (low == all.size() || all.id(low) != id || !all.present(low)) return std::nullopt;
    return Place{block, static_cast<std::int64_t>(low)};
  }

  /// The name of a session. @throws FormatError for a number that has none
  const std::string& session(std::uint32_t number) const {
    require(number < sessions_.size(), "a place is of session ", number, " of ", sessions_.size());
    return sessions_[number];
  }

 private:
  struct Part {
    std::int64_t first_id;
    std::span<const std::byte> value;
    mutable std::atomic<std::uint64_t> checked;  // by which commit it was written when it was verified

    Part(std::int64_t id, std::span<const std::byte> bytes, std::uint64_t commit) : first_id(id), value(bytes), checked(commit) {}
    Part(Part&& other) noexcept : first_id(other.first_id), value(other.value), checked(other.checked.load()) {}

    /// Whether it was verified as it is now: its place may hold another commit's value by now.
    bool is_checked() const {
      const std::uint64_t known = checked.load(std::memory_order_acquire);
      std::uint64_t commit;
      std::memcpy(&commit, value.data() + offsetof(ValueHeader, commit), sizeof commit);
      return known != 0 && known == commit;
    }
  };

  void check(MapKind kind, std::int64_t block) const {
    const Part& part = this->part(number_of(kind), block);
    const MapValue value{map_key(kind, part.first_id), part.value};
    value.check(path_);
    const auto count = static_cast<std::uint64_t>(rows(block));
    const std::uint64_t bytes = value.header().bytes;
    const bool fits = kind == MapKind::columns       ? bytes == Columns::bytes_of(count)
                      : kind == MapKind::descriptors ? bytes == static_cast<std::uint64_t>(panels_of(block)) * layout_.panel_bytes()
                                                     : bytes >= 8 * count;
    require(value.header().count == count && fits, name_of_key(value.key), " does not have the size of ", count, " places");
    require(reinterpret_cast<std::uintptr_t>(part.value.data() + sizeof(ValueHeader)) % 64 == 0, name_of_key(value.key), " is not aligned");
    part.checked.store(value.header().commit, std::memory_order_release);
  }

  template <class... Parts>
  void require(bool condition, const Parts&... parts) const {
    VPR_REQUIRE(FormatError, condition, path_, ": was damaged: ", parts...);
  }
  static std::size_t number_of(MapKind kind) { return kind == MapKind::columns ? 0 : kind == MapKind::descriptors ? 1 : 2; }
  const Part& part(std::size_t kind, std::int64_t block) const { return parts_[kind][static_cast<std::size_t>(block)]; }

  static MapHeader read_header(const ReadTransaction& transaction, const std::string& path) {
    std::optional<MapHeader> header;
    transaction.pages().visit(map_key(MapKind::header), map_end(MapKind::header),
                              [&](std::string_view key, std::span<const std::byte> bytes) {
                                const MapValue value{std::string(key), bytes};
                                value.check(path);
                                header = MapHeader::parse(value.content(), path);
                              });
    VPR_REQUIRE(FormatError, header.has_value(), path, ": is no map, but another LMDB file");
    VPR_REQUIRE(FormatError, header->commit == transaction.commit(), path, ": was damaged: commit ", transaction.commit(),
                " has the header of commit ", header->commit);
    return *header;
  }

  std::string path_;
  std::uint64_t commit_;
  std::shared_ptr<const Database> database_;
  MapHeader header_;
  BlockLayout layout_;
  std::array<std::vector<Part>, 3> parts_;
  std::int64_t last_count_ = 0;
  mutable std::atomic<std::uint64_t> state_ = 0;  // 0: not known yet
  std::vector<std::string> sessions_;
  std::span<const std::byte> session_value_;
};

}  // namespace vpr::detail
