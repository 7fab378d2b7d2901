// SPDX-License-Identifier: MIT
/// @file
/// Graphs of `HnswIndex` on disk. Needs the components vpr::hnsw and vpr::hash.
#pragma once

#include <vpr/index/hnsw.hpp>
#include <vpr/io/atomic_file.hpp>
#include <vpr/io/bytes.hpp>
#include <vpr/io/digest.hpp>
#include <vpr/io/mapped_file.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace vpr {

/// What a file of a graph holds.
template <class Metric = InnerProduct>
struct HnswFile {
  HnswIndex<Metric> index;
  std::string note;  ///< the user's bytes
};

namespace detail {

/// What the file begins with. Then come the note, a byte a descriptor with its level, a byte whether it was removed, for each the links of its levels
/// from 0 on (how many, then as many ids as there may be), the descriptors, and the XXH3 (128 bits) of all that. hnswlib's own format has no
/// checksum, and its reader trusts it.
struct HnswHeader {
  static constexpr std::array<char, 8> ours{'v', 'p', 'r', ' ', 'h', 'n', 's', 'w'};
  static constexpr std::uint32_t newest_version = 1;

  std::array<char, 8> magic = ours;
  std::uint32_t version = newest_version;
  std::uint32_t metric = 0;  ///< 0: InnerProduct, 1: L2
  std::int64_t dim = 0, size = 0, links = 0, build = 0, search = 0;
  std::uint64_t seed = 0;
  std::int64_t entry = -1, top = -1;  ///< where searches begin, and its level
  std::uint64_t note = 0;             ///< bytes
};
static_assert(sizeof(HnswHeader) == 88);

/// Writes bytes and their digest behind them.
class DigestedFile {
 public:
  explicit DigestedFile(const std::string& path) : file_(path) {}
  void write(std::span<const std::byte> bytes) {
    waiting_.insert(waiting_.end(), bytes.begin(), bytes.end());
    if (waiting_.size() >= std::size_t{1} << 20) flush();
  }
  void commit() {
    flush();
    const Digest digest = digester_.digest();
    file_.write(std::as_bytes(std::span(&digest, 1)));
    file_.commit();
  }

 private:
  void flush() {
    digester_.add(waiting_);
    file_.write(waiting_);
    waiting_.clear();
  }

  AtomicFile file_;
  Digester digester_;
  std::vector<std::byte> waiting_;
};

/// Between hnswlib's memory and files. Everything that a search or an addition follows is checked when it is read, whatever the checksum says.
struct HnswStorage {
  using Id = hnswlib::tableint;
  using Level = std::uint8_t;

  template <class Metric>
  static void save(const std::string& path, const HnswIndex<Metric>& index, std::string_view note) {
    const auto& graph = *index.graph_;
    const auto size = static_cast<std::size_t>(index.size_);
    const HnswSettings& settings = index.settings_;
    HnswHeader header;
    header.metric = std::is_same_v<Metric, L2> ? 1 : 0;
    header.dim = index.dim();
    header.size = index.size_;
    header.links = settings.links;
    header.build = settings.build;
    header.search = settings.search;
    header.seed = settings.seed;
    if (size > 0) {
      header.entry = graph.enterpoint_node_;
      header.top = graph.maxlevel_;
    }
    header.note = note.size();
    DigestedFile file(path);
    file.write(std::as_bytes(std::span(&header, 1)));
    file.write(std::as_bytes(std::span(note)));
    std::vector<std::byte> levels(size), removed(size);
    for (std::size_t i = 0; i < size; ++i) {
      levels[i] = static_cast<std::byte>(graph.element_levels_[i]);
      removed[i] = static_cast<std::byte>(index.removed_[i]);
    }
    file.write(levels);
    file.write(removed);
    for (Id i = 0; i < size; ++i) {
      for (int level = 0; level <= graph.element_levels_[i]; ++level)
        file.write(std::as_bytes(std::span(graph.get_linklist_at_level(i, level), slots(settings.links, level))));
    }
    for (Id i = 0; i < size; ++i)
      file.write({reinterpret_cast<const std::byte*>(graph.getDataByInternalId(i)), sizeof(float) * static_cast<std::size_t>(header.dim)});
    file.commit();
  }

  template <class Metric>
  static HnswFile<Metric> load(const std::string& path) {
    const MappedFile file(path);
    const std::span<const std::byte> bytes = file.bytes();
    const auto require = [&](bool condition, const auto&... parts) { VPR_REQUIRE(FormatError, condition, path, ": ", parts...); };
    HnswHeader header;
    require(bytes.size() >= sizeof header + sizeof(Digest), "is no graph that this library saved");
    std::memcpy(&header, bytes.data(), sizeof header);
    require(header.magic == HnswHeader::ours, "is no graph that this library saved");
    require(header.version <= HnswHeader::newest_version, "is a graph of version ", header.version, ", this vpr reads up to ",
            HnswHeader::newest_version, ": update it");
    const std::span<const std::byte> content = bytes.first(bytes.size() - sizeof(Digest));
    Digest digest;
    std::memcpy(&digest, bytes.data() + content.size(), sizeof digest);
    require(digest == digest_of(content), "was damaged: its checksum does not fit; delete it, and make the graph again");
    require(header.metric == (std::is_same_v<Metric, L2> ? 1 : 0), "is a graph by ", header.metric == 1 ? "L2" : "inner product");
    require(header.dim >= 1 && header.dim <= 1 << 24 && header.links >= 2 && header.links <= 1000 && header.build >= 1 &&
                header.search >= 1 && header.size >= 0 && header.size <= std::numeric_limits<std::int32_t>::max(),
            "was damaged: its settings make no sense");
    ByteReader in(content.subspan(sizeof header), path);
    const auto note = in.take(header.note);
    const auto size = static_cast<std::size_t>(header.size);
    const std::size_t row = sizeof(float) * static_cast<std::size_t>(header.dim);
    require(size <= in.left() / (2 + row + sizeof(Id) * slots(header.links, 0)), "ends early");

    HnswFile<Metric> loaded{HnswIndex<Metric>(header.dim, {header.links, header.build, header.search, header.seed}),
                            {reinterpret_cast<const char*>(note.data()), note.size()}};
    HnswIndex<Metric>& index = loaded.index;
    auto& graph = *index.graph_;
    if (size > graph.max_elements_) graph.resizeIndex(size);
    const auto levels = in.take(size), removed = in.take(size);
    const auto level_of = [&](std::size_t i) { return std::to_integer<int>(levels[i]); };
    const bool entered =
        size == 0 ? header.entry == -1 && header.top == -1
                  : header.entry >= 0 && header.entry < header.size && level_of(static_cast<std::size_t>(header.entry)) == header.top;
    require(
        entered && std::all_of(levels.begin(), levels.end(), [&](std::byte level) { return std::to_integer<int>(level) <= header.top; }),
        "was damaged: its searches do not begin at the top");
    std::array<std::size_t, 256> on_level{};  // descriptors
    for (const std::byte level : levels) ++on_level[std::to_integer<std::size_t>(level)];
    for (std::size_t l = 255; l-- > 0;) on_level[l] += on_level[l + 1];
    for (std::size_t i = 0; i < size; ++i) {
      const int level = level_of(i);
      if (level > 0) {
        graph.linkLists_[i] = static_cast<char*>(std::calloc(static_cast<std::size_t>(level), graph.size_links_per_element_));
        if (graph.linkLists_[i] == nullptr) throw std::bad_alloc();
      }
      graph.element_levels_[i] = level;
      graph.cur_element_count = i + 1;  // what the destructor frees
      graph.label_lookup_[i] = static_cast<Id>(i);
      graph.setExternalLabel(static_cast<Id>(i), i);
      for (int l = 0; l <= level; ++l) {
        Id* const links = graph.get_linklist_at_level(static_cast<Id>(i), l);
        const std::size_t most = slots(header.links, l);
        std::memcpy(links, in.take(sizeof(Id) * most).data(), sizeof(Id) * most);
        const bool alone = on_level[static_cast<std::size_t>(l)] == 1;
        require(links[0] < most && (alone || links[0] > 0), "was damaged: descriptor ", i, " has ", links[0], " links");
        for (const Id to : std::span(links + 1, links[0]))
          require(to < size && level_of(to) >= l, "was damaged: descriptor ", i, " is linked to ", to, ", which is not there");
      }
      index.removed_.push_back(removed[i] != std::byte{0});
      graph.getRandomLevel(graph.mult_);  // so that what is added gets the levels that it would have had
    }
    const std::string of_descriptor = path + ": a descriptor";
    for (std::size_t i = 0; i < size; ++i) {
      auto* const values = reinterpret_cast<float*>(graph.getDataByInternalId(static_cast<Id>(i)));
      std::memcpy(values, in.take(row).data(), row);
      require_finite(Rows(values, 1, header.dim), header.dim, of_descriptor.c_str());
    }
    require(in.left() == 0, "has ", in.left(), " bytes too many");
    graph.enterpoint_node_ = static_cast<Id>(header.entry);
    graph.maxlevel_ = static_cast<int>(header.top);
    index.size_ = header.size;
    return loaded;
  }

 private:
  /// Of a descriptor's links on a level: how many, and room for as many as there may be.
  static std::size_t slots(std::int64_t links, int level) { return 1 + static_cast<std::size_t>(level == 0 ? 2 * links : links); }
};

}  // namespace detail

/// Writes an index, 4 bytes a value and about 8 · links a descriptor, with a note of yours. The file appears whole or not at all.
/// @throws IoError  with path and reason; what was under that name before is then still there
template <class Metric>
void save_hnsw(const std::string& path, const HnswIndex<Metric>& index, std::string_view note = {}) {
  detail::HnswStorage::save(path, index, note);
}

/// Reads what `save_hnsw` wrote. The index answers as the one that was saved, and goes on as that would where descriptors are added.
/// @throws IoError, FormatError  for what cannot be read, is no such file, of a newer version, of another metric, or was damaged
template <class Metric = InnerProduct>
HnswFile<Metric> load_hnsw(const std::string& path) {
  return detail::HnswStorage::load<Metric>(path);
}

}  // namespace vpr
