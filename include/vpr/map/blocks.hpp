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

  /// @param before  blocks of another commit. What is there still is shared with them or not verified again; where places were only appended since,
  ///   only what was appended is looked for in the file.
  /// @throws FormatError for what was damaged
  MapBlocks(const ReadTransaction& transaction, const MapBlocks* before)
      : path_(transaction.database()->path()),
        commit_(transaction.commit()),
        database_(transaction.database()),
        header_(read_header(transaction, path_)),
        layout_(header_.precision, header_.dimensions) {
    if (before != nullptr && before->database_ != database_) before = nullptr;
    read_blocks(transaction.pages(), before);
    if (size_ > 0) {
      const std::uint64_t count = MapValue{{}, value(MapKind::columns, size_ - 1)}.header().count;
      require(count >= 1 && count <= static_cast<std::uint64_t>(layout_.rows()), "the last block has ", count, " places");
      last_count_ = static_cast<std::int64_t>(count);
    }
    read_sessions(transaction.pages(), before);
  }

  const std::string& path() const { return path_; }
  std::uint64_t commit() const { return commit_; }
  const MapHeader& header() const { return header_; }
  const BlockLayout& layout() const { return layout_; }
  const std::vector<std::string>& sessions() const { return *sessions_; }
  /// Whether these are those of that transaction's commit.
  bool of(const ReadTransaction& transaction) const { return commit_ == transaction.commit() && database_ == transaction.database(); }

  /// The same for two commits between which no place of the block was added, replaced or removed. The block is not verified for it.
  using BlockState = std::array<std::uint64_t, 2>;
  BlockState state_of(std::int64_t block) const {
    const auto checksum = [&](MapKind kind) { return MapValue{{}, value(kind, block)}.header().checksum; };
    return {checksum(MapKind::columns), checksum(MapKind::descriptors)};
  }
  std::vector<BlockState> block_states() const {
    std::vector<BlockState> states;
    for (std::int64_t block = 0; block < size(); ++block) states.push_back(state_of(block));
    return states;
  }
  /// The same for two commits between which no place was added, replaced or removed. No block is verified for it.
  std::uint64_t state() const {
    std::uint64_t state = state_.load(std::memory_order_relaxed);
    if (state != 0) return state;
    const std::vector<BlockState> all = block_states();
    state = XXH3_64bits(all.data(), all.size() * sizeof(BlockState)) | 1U;
    state_.store(state, std::memory_order_relaxed);
    return state;
  }

  std::int64_t size() const { return size_; }
  /// Rows of a block, those of removed places among them.
  std::int64_t rows(std::int64_t block) const { return block + 1 < size() ? layout_.rows() : last_count_; }
  std::int64_t panels_of(std::int64_t block) const { return (rows(block) + panel_rows - 1) / panel_rows; }
  /// Panels of all blocks.
  std::int64_t panels() const { return size() == 0 ? 0 : (size() - 1) * layout_.panels() + panels_of(size() - 1); }
  std::int64_t first_id(std::int64_t block) const { return this->block(block).first_id; }
  /// A value as it lies in the file.
  std::span<const std::byte> value(MapKind kind, std::int64_t block) const { return part(number_of(kind), block).value; }

  /// What a block's value holds. @throws FormatError where it was damaged
  std::span<const std::byte> content(MapKind kind, std::int64_t block) const {
    const Part& part = this->part(number_of(kind), block);
    if (!part.is_checked()) check(kind, block);
    return MapValue{{}, part.value}.content();
  }
  Columns columns(std::int64_t block) const { return {content(MapKind::columns, block), static_cast<std::size_t>(rows(block))}; }
  /// Places of a block that were not removed.
  std::int64_t present(std::int64_t block) const {
    static_cast<void>(content(MapKind::columns, block));
    return MapValue{{}, part(0, block).value}.header().fields[0];
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

  /// The last block that begins with that id or a lower one; -1 where there is none.
  std::int64_t block_of(std::int64_t id) const {
    std::int64_t low = 0, high = size_;
    while (low < high) {
      const std::int64_t middle = (low + high) / 2;
      (first_id(middle) <= id ? low : high) = first_id(middle) <= id ? middle + 1 : middle;
    }
    return low - 1;
  }

  struct Place {
    std::int64_t block, row;
  };
  /// Where a place lies; nothing where there is none of that id.
  std::optional<Place> find(std::int64_t id) const {
    const std::int64_t block = block_of(id);
    if (block < 0) return std::nullopt;
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
    require(number < sessions_->size(), "a place is of session ", number, " of ", sessions_->size());
    return (*sessions_)[number];
  }

 private:
  struct Part {
    std::span<const std::byte> value = {};
    mutable std::atomic<std::uint64_t> checked = 0;  // by which commit it was written when it was verified

    Part() = default;
    explicit Part(std::span<const std::byte> bytes, std::uint64_t commit = 0) : value(bytes), checked(commit) {}
    Part(const Part& other) noexcept : Part(other.value, other.checked.load()) {}
    Part& operator=(const Part& other) noexcept {
      value = other.value;
      checked = other.checked.load();
      return *this;
    }

    /// Whether it was verified as it is now: its place may hold another commit's value by now.
    bool is_checked() const {
      const std::uint64_t known = checked.load(std::memory_order_acquire);
      std::uint64_t commit;
      std::memcpy(&commit, value.data() + offsetof(ValueHeader, commit), sizeof commit);
      return known != 0 && known == commit;
    }
  };
  struct Block {
    std::int64_t first_id;
    std::array<Part, kinds.size()> parts;
  };
  /// Blocks one after another, which states share: so a state of a map that has grown costs little, however large it is.
  using Chunk = std::vector<Block>;
  static constexpr std::int64_t chunk_blocks = 64;

  void read_blocks(const LmdbPages& pages, const MapBlocks* before) {
    // All blocks of an earlier commit but the last one are where they were, unless one was rewritten since.
    const bool grown = before != nullptr && before->size_ > 0 && before->commit_ <= commit_ && header_.rewritten <= before->commit_;
    const std::int64_t known = grown ? before->size_ - 1 : 0, shared = known / chunk_blocks;
    if (grown) chunks_.assign(before->chunks_.begin(), before->chunks_.begin() + shared);
    std::vector<Block> blocks;  // behind those
    for (std::int64_t i = shared * chunk_blocks; i < known; ++i) blocks.push_back(before->block(i));
    const std::size_t first = blocks.size();
    for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
      std::size_t i = first;
      pages.visit(grown ? map_key(kinds[kind], before->first_id(known)) : map_key(kinds[kind]), map_end(kinds[kind]),
                  [&](std::string_view key, std::span<const std::byte> value) {
                    const std::int64_t id = id_of_key(key), number = shared * chunk_blocks + static_cast<std::int64_t>(i);
                    require(id >= 0 && id < header_.next_id && value.size() >= sizeof(ValueHeader), "a block begins with place ", id,
                            " of ", header_.next_id);
                    if (kind == 0) blocks.push_back({id, {}});
                    require(i < blocks.size() && blocks[i].first_id == id, "blocks do not belong together");
                    Part& part = blocks[i++].parts[kind] = Part(value);
                    if (before == nullptr || number >= before->size_ || before->first_id(number) != id) return;
                    const Part& earlier = before->part(kind, number);
                    if (earlier.value.data() == value.data()) part.checked = earlier.checked.load();
                  });
      require(i == blocks.size(), "blocks do not belong together");
    }
    require(!grown || (first < blocks.size() && blocks[first].first_id == before->first_id(known)), "a block is missing");
    size_ = shared * chunk_blocks + std::ssize(blocks);
    for (auto next = blocks.begin(); next != blocks.end();) {
      const auto end = next + std::min<std::ptrdiff_t>(chunk_blocks, blocks.end() - next);
      chunks_.push_back(std::make_shared<const Chunk>(next, end));
      next = end;
    }
  }

  void read_sessions(const LmdbPages& pages, const MapBlocks* before) {
    pages.visit(map_key(MapKind::sessions), map_end(MapKind::sessions), [&](std::string_view key, std::span<const std::byte> bytes) {
      const MapValue value{std::string(key), bytes};
      session_part_ = Part(bytes, value.header().commit);
      if (before != nullptr && before->session_part_.value.data() == bytes.data() && before->session_part_.is_checked()) {
        sessions_ = before->sessions_;
        return;
      }
      value.check(path_);
      ByteReader in(value.content(), path_ + ": its list of sessions");
      std::vector<std::string> sessions;
      for (std::uint64_t count = value.header().count; count > 0; --count) sessions.push_back(in.text());
      sessions_ = std::make_shared<const std::vector<std::string>>(std::move(sessions));
    });
  }

  void check(MapKind kind, std::int64_t block) const {
    const Part& part = this->part(number_of(kind), block);
    const MapValue value{map_key(kind, first_id(block)), part.value};
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
  const Block& block(std::int64_t number) const {
    return (*chunks_[static_cast<std::size_t>(number / chunk_blocks)])[static_cast<std::size_t>(number % chunk_blocks)];
  }
  const Part& part(std::size_t kind, std::int64_t block) const { return this->block(block).parts[kind]; }

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
  std::vector<std::shared_ptr<const Chunk>> chunks_;
  std::int64_t size_ = 0, last_count_ = 0;        // blocks, and rows of the last one
  mutable std::atomic<std::uint64_t> state_ = 0;  // 0: not known yet
  std::shared_ptr<const std::vector<std::string>> sessions_ = std::make_shared<const std::vector<std::string>>();
  Part session_part_;
};

}  // namespace vpr::detail
