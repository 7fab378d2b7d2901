// SPDX-License-Identifier: MIT
/// @file
/// The directory of a ZIP archive in memory (PKWARE APPNOTE 6.3, with ZIP64), as PyTorch and NumPy write it.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/io/inflate.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vpr {

/// A file within the archive. `bytes` are as they lie there: deflated, or the content itself.
struct ZipEntry {
  std::span<const std::byte> bytes;
  bool deflated = false;
  std::uint64_t size = 0;  // of the content
  std::uint32_t crc = 0;   // of the content
};

/// The entries of an archive by name. Names are only looked up, never used as paths. Refuses encrypted, split and otherwise
/// compressed archives, entries outside the file or over each other, names that occur twice, and sizes that deflate could not reach; so
/// all contents together are never more than about 1000 times the file.
class ZipArchive {
 public:
  /// `bytes` must outlive this and its entries.
  /// @throws FormatError naming the entry.
  explicit ZipArchive(std::span<const std::byte> bytes) : bytes_(bytes) {
    const std::uint64_t directory = read_directory();
    std::sort(places_.begin(), places_.end(), [](const Place& a, const Place& b) { return a.begin < b.begin; });
    for (std::size_t i = 0; i < places_.size(); ++i) {
      const std::uint64_t limit = i + 1 < places_.size() ? places_[i + 1].begin : directory;
      VPR_REQUIRE(FormatError, places_[i].end <= limit, "the entry at byte ", places_[i].begin, " reaches into what follows it at ", limit);
    }
    places_ = {};
  }

  const std::map<std::string, ZipEntry>& entries() const& { return entries_; }
  void entries() const&& = delete;
  /// Bytes of all contents together, inflated.
  std::uint64_t content_size() const { return content_size_; }
  /// The entry of that name, or null.
  const ZipEntry* find(const std::string& name) const& {
    const auto found = entries_.find(name);
    return found == entries_.end() ? nullptr : &found->second;
  }
  void find(const std::string&) const&& = delete;
  const ZipEntry& at(const std::string& name) const& {
    const ZipEntry* entry = find(name);
    VPR_REQUIRE(FormatError, entry != nullptr, "the archive has no entry '", name, "'");
    return *entry;
  }
  void at(const std::string&) const&& = delete;

  /// Reads the entry's content once.
  /// @throws FormatError if its size or CRC-32 is not what the directory says.
  void verify(const std::string& name) const {
    const ZipEntry& entry = at(name);
    std::uint32_t crc = 0;
    std::uint64_t size = 0;
    if (entry.deflated) {
      Inflater inflater(entry.bytes);
      std::vector<std::byte> buffer(65536);
      while (const std::size_t count = inflater.some(buffer)) {
        crc = crc32_of(std::span(buffer).first(count), crc);
        size += count;
        VPR_REQUIRE(FormatError, size <= entry.size, "entry '", name, "' inflates to more than the ", entry.size, " bytes it claims");
      }
    } else {
      crc = crc32_of(entry.bytes);
      size = entry.bytes.size();
    }
    VPR_REQUIRE(FormatError, size == entry.size, "entry '", name, "' holds ", size, " bytes and claims ", entry.size);
    VPR_REQUIRE(FormatError, crc == entry.crc, "entry '", name, "' is damaged: its CRC-32 is wrong");
  }

  /// The content of an entry: where it lies in the archive or, deflated, of at most `limit` bytes, in `inflated`.
  /// @throws FormatError as `verify` does.
  std::span<const std::byte> content(const std::string& name, std::uint64_t limit, std::vector<std::byte>& inflated) const {
    const ZipEntry& entry = at(name);
    VPR_REQUIRE(FormatError, !entry.deflated || entry.size <= limit, "entry '", name, "' is compressed and has ", entry.size,
                " bytes, at most ", limit, " are allowed");
    verify(name);
    if (!entry.deflated) return entry.bytes;
    inflated.resize(static_cast<std::size_t>(entry.size));
    Inflater(entry.bytes).read(inflated);
    return inflated;
  }

 private:
  /// The little-endian number at `offset`, which must lie within the file.
  template <class T>
  T number(std::uint64_t offset) const {
    T value;
    std::memcpy(&value, part(offset, sizeof value).data(), sizeof value);
    return value;
  }
  std::span<const std::byte> part(std::uint64_t offset, std::uint64_t size) const {
    VPR_REQUIRE(FormatError, offset <= bytes_.size() && size <= bytes_.size() - offset, "the archive is cut or damaged: bytes ", offset,
                " + ", size, " of ", bytes_.size(), " are asked for");
    return bytes_.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(size));
  }
  std::string text(std::uint64_t offset, std::uint64_t size) const {
    const auto found = part(offset, size);
    return {reinterpret_cast<const char*>(found.data()), found.size()};
  }

  std::uint64_t find_end() const {
    constexpr std::uint64_t fixed = 22;
    constexpr std::uint64_t longest_comment = 65535;
    for (std::uint64_t back = fixed; back <= bytes_.size() && back <= fixed + longest_comment; ++back) {
      const std::uint64_t at = bytes_.size() - back;
      if (number<std::uint32_t>(at) == 0x06054b50 && number<std::uint16_t>(at + 20) == back - fixed) return at;
    }
    fail<FormatError>("the archive has no end of central directory: it is cut or not a ZIP archive");
  }

  /// Reads all entries, and returns where their directory begins.
  std::uint64_t read_directory() {
    const std::uint64_t end = find_end();
    std::uint64_t count = number<std::uint16_t>(end + 10);
    std::uint64_t size = number<std::uint32_t>(end + 12);
    std::uint64_t offset = number<std::uint32_t>(end + 16);
    std::uint64_t limit = end;
    if (end >= 20 && number<std::uint32_t>(end - 20) == 0x07064b50) {
      const auto wide = number<std::uint64_t>(end - 12);
      VPR_REQUIRE(FormatError, number<std::uint32_t>(wide) == 0x06064b50,
                  "the ZIP64 end of central directory is not where the archive says");
      count = number<std::uint64_t>(wide + 32);
      size = number<std::uint64_t>(wide + 40);
      offset = number<std::uint64_t>(wide + 48);
      limit = wide;
    }
    VPR_REQUIRE(FormatError, offset <= limit && size == limit - offset, "the central directory (", size, " bytes at ", offset,
                ") does not end where the archive says, at ", limit);
    constexpr std::uint64_t most = 500'000;
    VPR_REQUIRE(FormatError, count <= most, "the archive claims ", count, " entries, at most ", most, " are read");
    std::uint64_t at = offset;
    for (std::uint64_t i = 0; i < count; ++i) at = read_entry(at, limit);
    VPR_REQUIRE(FormatError, at == limit, "the central directory holds more than the ", count, " entries that the archive claims");
    return offset;
  }

  /// Reads the directory's entry at `at` and returns where the next one is.
  std::uint64_t read_entry(std::uint64_t at, std::uint64_t limit) {
    VPR_REQUIRE(FormatError, at < limit && number<std::uint32_t>(at) == 0x02014b50,
                "the central directory has fewer entries than the archive claims");
    const auto flags = number<std::uint16_t>(at + 8);
    const auto method = number<std::uint16_t>(at + 10);
    const auto name_size = number<std::uint16_t>(at + 28);
    const auto extra_size = number<std::uint16_t>(at + 30);
    std::array<std::uint64_t, 3> wide{number<std::uint32_t>(at + 24), number<std::uint32_t>(at + 20), number<std::uint32_t>(at + 42)};
    const std::string name = text(at + 46, name_size);
    read_zip64(at + 46 + name_size, extra_size, wide);
    const auto [size, stored_size, header] = wide;

    VPR_REQUIRE(FormatError, (flags & 1) == 0, "entry '", name, "' is encrypted");
    VPR_REQUIRE(FormatError, method == 0 || method == 8, "entry '", name, "' is compressed by method ", method,
                ", expected stored (0) or deflate (8)");
    VPR_REQUIRE(FormatError, number<std::uint32_t>(header) == 0x04034b50, "entry '", name, "' has no local header at byte ", header);
    const auto local_name_size = number<std::uint16_t>(header + 26);
    VPR_REQUIRE(FormatError, text(header + 30, local_name_size) == name, "entry '", name, "' has another name in its local header");
    ZipEntry entry;
    entry.bytes = part(header + 30 + local_name_size + number<std::uint16_t>(header + 28), stored_size);
    entry.deflated = method == 8;
    entry.size = size;
    entry.crc = number<std::uint32_t>(at + 16);
    constexpr std::uint64_t best_ratio = 1032;  // of deflate
    VPR_REQUIRE(FormatError, entry.deflated ? size <= (stored_size + 1) * best_ratio : size == stored_size, "entry '", name, "' claims ",
                size, " bytes, which its ", stored_size, " stored bytes cannot hold");
    places_.push_back({header, header + 30 + local_name_size + number<std::uint16_t>(header + 28) + stored_size});
    content_size_ += size;
    VPR_REQUIRE(FormatError, entries_.emplace(name, entry).second, "the archive has two entries '", name, "'");
    return at + 46 + name_size + extra_size + number<std::uint16_t>(at + 32);
  }

  /// Replaces the sizes and the offset that do not fit 32 bits by those of the ZIP64 extra field.
  void read_zip64(std::uint64_t at, std::uint64_t extra_size, std::array<std::uint64_t, 3>& wide) const {
    const std::uint64_t end = at + extra_size;
    while (at + 4 <= end) {
      std::uint64_t value = at + 4;
      const auto tag = number<std::uint16_t>(at);
      at = value + number<std::uint16_t>(at + 2);
      if (tag != 1) continue;
      for (std::uint64_t& field : wide) {
        if (field != 0xffffffff) continue;
        VPR_REQUIRE(FormatError, value + 8 <= at, "a ZIP64 field is too short");
        field = number<std::uint64_t>(value);
        value += 8;
      }
    }
  }

  /// The bytes that an entry takes, its local header included.
  struct Place {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
  };

  std::span<const std::byte> bytes_;
  std::map<std::string, ZipEntry> entries_;
  std::vector<Place> places_;
  std::uint64_t content_size_ = 0;
};

}  // namespace vpr
