// SPDX-License-Identifier: MIT
/// @file
/// Reads the pages of an LMDB file with every offset checked, so that a damaged file is an error and never a crash: LMDB itself trusts its pages.
#pragma once

#include <vpr/core/error.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vpr::detail {

/// The format of LMDB 0.9's files on 64-bit machines: numbers as they lie in memory.
namespace lmdb {
static_assert(std::endian::native == std::endian::little && sizeof(void*) == 8, "vpr/map needs a little-endian 64-bit machine");

/// A B-tree.
struct Tree {
  std::uint32_t page_size;  ///< in the tree of free pages only
  std::uint16_t flags, depth;
  std::uint64_t branch_pages, leaf_pages, overflow_pages, entries, root;
};

/// What a commit left: page 0 or 1, in turn.
struct Meta {
  std::uint32_t magic, version;
  std::uint64_t address, map_size;
  Tree free, main;
  std::uint64_t last_page, transaction;
};

struct Page {
  std::uint64_t number;
  std::uint16_t unused, flags, lower, upper;  ///< an overflow page has a count of pages in place of the last two
};

struct Node {
  std::uint16_t low, high, flags, key_size;
};
static_assert(sizeof(Tree) == 48 && sizeof(Meta) == 136 && sizeof(Page) == 16 && sizeof(Node) == 8);

inline constexpr std::uint32_t magic = 0xBEEFC0DE, version = 1;
inline constexpr std::uint16_t branch = 1, leaf = 2, overflow = 4, meta = 8, big_value = 1, integer_key = 8, no_folder = 0x4000;
inline constexpr std::uint64_t no_page = ~std::uint64_t{0};
inline constexpr std::size_t longest_key = 511;
inline constexpr int deepest = 32;
}  // namespace lmdb

/// The pages of one commit of a file. Borrows the file's bytes, which must stay as long as a read transaction holds the commit.
class LmdbPages {
 public:
  /// @param path  begins the message of an error
  LmdbPages(std::span<const std::byte> file, const lmdb::Meta& meta, std::string path)
      : file_(file), meta_(meta), page_size_(meta.free.page_size), path_(std::move(path)) {
    require(meta.last_page < file.size() / page_size_, "a commit claims ", meta.last_page + 1, " pages of ", page_size_,
            " bytes, more than the file's ", file.size(), " bytes");
  }

  /// The commit that one of the first two pages states. @throws FormatError where it states none
  static lmdb::Meta read_meta(std::span<const std::byte> file, int which, const std::string& path) {
    lmdb::Meta meta{};
    const auto damaged = [&](const auto&... parts) { fail<FormatError>(path, ": page ", which, " was damaged: ", parts...); };
    if (file.size() < sizeof(lmdb::Page) + sizeof meta) fail<FormatError>(path, ": has ", file.size(), " bytes, too few for a map");
    // Both pages have the first one's size, which has to be a size that LMDB has.
    std::memcpy(&meta, file.data() + sizeof(lmdb::Page), sizeof meta);
    const std::uint32_t page_size = meta.free.page_size;
    if (meta.magic != lmdb::magic) fail<FormatError>(path, ": is no map: it does not begin as an LMDB file does");
    if (page_size < 512 || page_size > 65536 || !std::has_single_bit(page_size)) damaged("its pages have ", page_size, " bytes");
    if (file.size() < 2 * std::size_t{page_size}) fail<FormatError>(path, ": has ", file.size(), " bytes, too few for a map");
    lmdb::Page page;
    const std::byte* const from = file.data() + std::size_t{page_size} * static_cast<std::size_t>(which);
    std::memcpy(&page, from, sizeof page);
    std::memcpy(&meta, from + sizeof page, sizeof meta);
    if (page.number != static_cast<std::uint64_t>(which) || page.flags != lmdb::meta || meta.magic != lmdb::magic)
      damaged("it states no commit");
    if (meta.version != lmdb::version)
      fail<FormatError>(path, ": has version ", meta.version, " of LMDB's format, expected ", lmdb::version, ", LMDB 0.9's");
    if (meta.free.page_size != page_size || (meta.free.flags & ~lmdb::no_folder) != lmdb::integer_key || meta.main.flags != 0 ||
        (meta.transaction & 1U) != static_cast<std::uint64_t>(which) * std::uint64_t{meta.transaction != 0} || meta.last_page < 1)
      damaged("what it states of its commit contradicts itself");
    return meta;
  }

  /// Of two commits the last one; they have to follow each other.
  static lmdb::Meta last_of(const lmdb::Meta& a, const lmdb::Meta& b, const std::string& path) {
    const bool second = b.transaction > a.transaction;
    const std::uint64_t newer = second ? b.transaction : a.transaction, older = second ? a.transaction : b.transaction;
    VPR_REQUIRE(FormatError, newer - older == 1 || newer == 0, path, ": page ", second ? 0 : 1, " or ", second ? 1 : 0,
                " was damaged: commits ", older, " and ", newer, " do not follow each other");
    return second ? b : a;
  }

  /// Calls `visit(key, value)` for each entry of the main tree from key `from` up to `to`, that one left out, in order.
  /// @throws FormatError  naming the page that was damaged
  template <class Visit>
  void visit(std::string_view from, std::string_view to, Visit&& visit) const {
    Walk walk{from, to, {}, {}};
    this->walk(meta_.main, walk, true, visit);
  }

  /// Checks all pages of both trees, the lists of free pages, and that no page is used twice: what LMDB has to be able to trust to write.
  /// @throws FormatError  naming the page that was damaged
  void check() const {
    Walk all{{}, {}, {}, std::vector<bool>(meta_.last_page + 1)};
    all.used[0] = all.used[1] = true;
    walk(meta_.main, all, true, [](std::string_view, std::span<const std::byte>) {});
    check_counts(meta_.main, all.counts);
    all.counts = {};
    std::vector<std::uint64_t> free;
    std::uint64_t last_key = 0;
    walk(meta_.free, all, false, [&](std::string_view key, std::span<const std::byte> value) {
      const auto number = [&value](std::size_t i) {
        std::uint64_t read;
        std::memcpy(&read, value.data() + 8 * i, sizeof read);
        return read;
      };
      std::uint64_t of;
      require(key.size() == sizeof of && value.size() >= 8 && number(0) <= value.size() / 8 - 1, "a list of free pages was damaged");
      std::memcpy(&of, key.data(), sizeof of);
      require(of > last_key && of <= meta_.transaction, "a list of free pages was damaged: it is of commit ", of);
      last_key = of;
      for (std::size_t i = 1; i <= number(0); ++i) {
        require(i == 1 || number(i) < number(i - 1), "the list of free pages of commit ", of, " was damaged");
        free.push_back(number(i));
      }
    });
    check_counts(meta_.free, all.counts);
    for (const std::uint64_t page : free) use(all, page, 1);
  }

  /// Whether an overflow page begins right before that value, with as many pages as it needs: what LMDB trusts where it replaces it.
  void check_overflow(std::span<const std::byte> value) const {
    const auto offset = static_cast<std::size_t>(value.data() - file_.data());
    if (offset % page_size_ != sizeof(lmdb::Page) || pages_of(value.size()) == 0) return;
    const std::uint64_t number = offset / page_size_;
    lmdb::Page page;
    std::memcpy(&page, file_.data() + number * page_size_, sizeof page);
    const std::uint32_t count = page.lower | std::uint32_t{page.upper} << 16U;
    require(page.number == number && page.flags == lmdb::overflow && count == pages_of(value.size()), "page ", number, " was damaged");
  }

  std::size_t page_size() const { return page_size_; }
  const lmdb::Meta& meta() const { return meta_; }

 private:
  struct Counts {
    std::uint64_t branch = 0, leaf = 0, overflow = 0, entries = 0;
  };
  struct Walk {
    std::string_view from, to;  // keys
    Counts counts;
    std::vector<bool> used;  // pages; empty where only some are visited
  };
  struct Bounds {
    std::string_view low;
    std::string_view high;  // the first key behind; empty: none
  };

  template <class... Parts>
  void require(bool condition, const Parts&... parts) const {
    VPR_REQUIRE(FormatError, condition, path_, ": ", parts..., "; restore it from a copy");
  }

  void use(Walk& walk, std::uint64_t first, std::uint64_t count) const {
    require(first >= 2 && first <= meta_.last_page && count <= meta_.last_page - first + 1, "page ", first, " is referred to, of ",
            meta_.last_page + 1);
    if (walk.used.empty()) return;
    for (std::uint64_t page = first; page < first + count; ++page) {
      require(!walk.used[page], "page ", page, " is used twice");
      walk.used[page] = true;
    }
  }

  void check_counts(const lmdb::Tree& tree, const Counts& found) const {
    require(tree.branch_pages == found.branch && tree.leaf_pages == found.leaf && tree.overflow_pages == found.overflow &&
                tree.entries == found.entries,
            "the last commit states ", tree.entries, " entries, ", found.entries, " were found");
  }

  std::uint64_t pages_of(std::uint64_t bytes) const { return (sizeof(lmdb::Page) - 1 + bytes) / page_size_ + 1; }

  template <class Visit>
  void walk(const lmdb::Tree& tree, Walk& walk, bool text_keys, Visit&& visit) const {
    if (tree.root == lmdb::no_page) {
      require(tree.depth == 0 && tree.entries == 0, "the last commit has entries and no root");
      return;
    }
    require(tree.depth >= 1 && tree.depth <= lmdb::deepest, "a tree is ", tree.depth, " pages deep");
    walk_page(tree.root, tree.depth, {}, walk, text_keys, visit);
  }

  template <class Visit>
  void walk_page(std::uint64_t number, int depth, const Bounds& bounds, Walk& walk, bool text_keys, Visit& visit) const {
    use(walk, number, 1);
    const std::byte* const at = file_.data() + number * page_size_;
    lmdb::Page page;
    std::memcpy(&page, at, sizeof page);
    const auto need = [&](bool condition) { require(condition, "page ", number, " was damaged"); };
    need(page.number == number && page.flags == (depth == 1 ? lmdb::leaf : lmdb::branch));
    need(page.lower >= sizeof page && page.lower % 2 == 0 && page.lower <= page.upper && page.upper <= page_size_);
    const std::size_t count = (page.lower - sizeof page) / 2;
    need(count >= (depth == 1 ? 1U : text_keys ? 2U : 1U));
    ++(depth == 1 ? walk.counts.leaf : walk.counts.branch);

    std::size_t bytes = 0;
    const auto node_at = [&](std::size_t i, lmdb::Node& node) {
      std::uint16_t offset;
      std::memcpy(&offset, at + sizeof page + 2 * i, sizeof offset);
      need(offset >= page.upper && offset <= page_size_ - sizeof node);
      std::memcpy(&node, at + offset, sizeof node);
      need(node.key_size <= lmdb::longest_key && offset + sizeof node + node.key_size <= page_size_);
      return std::string_view(reinterpret_cast<const char*>(at) + offset + sizeof node, node.key_size);
    };
    std::string_view last = bounds.low;
    for (std::size_t i = 0; i < count; ++i) {
      lmdb::Node node;
      std::string_view key = node_at(i, node);
      const bool implicit = depth > 1 && i == 0;  // the first key of a branch is not used
      if (implicit) {
        key = bounds.low;
      } else if (text_keys) {
        need(!key.empty() && (i == 0 ? key >= last : key > last) && (bounds.high.empty() || key < bounds.high));
      }
      last = key;
      if (depth > 1) {
        bytes += (sizeof node + node.key_size + 1) / 2 * 2;
        lmdb::Node next;
        const Bounds of_child{key, i + 1 < count ? node_at(i + 1, next) : bounds.high};
        const bool wanted = !text_keys || ((of_child.high.empty() || of_child.high > walk.from) && (walk.to.empty() || key < walk.to));
        const std::uint64_t child = node.low | std::uint64_t{node.high} << 16U | std::uint64_t{node.flags} << 32U;
        if (wanted) walk_page(child, depth - 1, of_child, walk, text_keys, visit);
        continue;
      }
      need(node.flags == 0 || node.flags == lmdb::big_value);
      const std::uint32_t size = node.low | std::uint32_t{node.high} << 16U;
      const bool big = node.flags == lmdb::big_value;
      const auto* const data = reinterpret_cast<const std::byte*>(key.data()) + key.size();
      const std::size_t here = big ? sizeof(std::uint64_t) : size;
      need(here <= static_cast<std::size_t>(at + page_size_ - data));
      bytes += (sizeof node + node.key_size + here + 1) / 2 * 2;
      std::span<const std::byte> value(data, here);
      if (big) {
        std::uint64_t first;
        std::memcpy(&first, data, sizeof first);
        const std::uint64_t pages = pages_of(size);
        use(walk, first, pages);
        walk.counts.overflow += pages;
        value = file_.subspan(first * page_size_ + sizeof page, size);
      }
      ++walk.counts.entries;
      if (!text_keys || (key >= walk.from && (walk.to.empty() || key < walk.to))) visit(key, value);
    }
    need(bytes == page_size_ - page.upper);
  }

  std::span<const std::byte> file_;
  lmdb::Meta meta_;
  std::size_t page_size_;
  std::string path_;
};

}  // namespace vpr::detail
