// SPDX-License-Identifier: MIT
/// @file
/// What lies in a map's file: keys, and values with their checksum.
#pragma once

#include <vpr/io/bytes.hpp>
#include <vpr/io/digest.hpp>
#include <vpr/map/place.hpp>
#include <vpr/map/transaction.hpp>
#include <vpr/model/record.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vpr::detail {

/// A key is a letter and, where there are many of a kind, an id, its highest byte first: so LMDB keeps them in order.
enum class MapKind : char {
  attachment = 'a',   ///< the user's, by name
  columns = 'c',      ///< of a block: ids, times, positions, sessions
  descriptors = 'd',  ///< of a block, ready to be scanned
  header = 'h',
  local = 'l',    ///< local features, by place
  details = 'n',  ///< of a block: names and poses
  sessions = 's',
};

inline std::string map_key(MapKind kind) { return {static_cast<char>(kind)}; }
inline std::string map_key(MapKind kind, std::int64_t id) {
  std::string key = map_key(kind);
  for (int shift = 56; shift >= 0; shift -= 8) key += static_cast<char>(static_cast<std::uint64_t>(id) >> shift & 0xffU);
  return key;
}
inline std::string map_key(MapKind kind, std::string_view name) { return map_key(kind).append(name); }
/// The first key behind all of a kind.
inline std::string map_end(MapKind kind) { return {static_cast<char>(static_cast<char>(kind) + 1)}; }

/// The id of a key that has one; -1 for another.
inline std::int64_t id_of_key(std::string_view key) {
  if (key.size() != 9) return -1;
  std::uint64_t id = 0;
  for (const char byte : key.substr(1)) id = id << 8U | static_cast<unsigned char>(byte);
  return id > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) ? -1 : static_cast<std::int64_t>(id);
}

/// What an error calls a value.
inline std::string name_of_key(std::string_view key) {
  const auto at = [&](std::string_view what) { return text_of(what, id_of_key(key)); };
  switch (key.empty() ? '\0' : key[0]) {
    case 'a': return text_of("the attachment '", key.substr(1), "'");
    case 'c': return at("positions and times of the block from place ");
    case 'd': return at("descriptors of the block from place ");
    case 'h': return "the header";
    case 'l': return at("local features of place ");
    case 'n': return at("names of the block from place ");
    case 's': return "the list of sessions";
    default: return "a value of an unknown kind";
  }
}

/// What a value begins with. It stands 16 bytes behind the beginning of its page, so that what follows it is aligned to 64.
struct ValueHeader {
  std::uint64_t checksum = 0;  ///< XXH3 (64 bits) of all that follows, the key's own as seed
  std::uint64_t bytes = 0;     ///< of the content; the rest is padding
  std::uint64_t commit = 0;    ///< that wrote it
  std::uint64_t count = 0;     ///< of rows
  std::uint32_t fields[4] = {};
};
static_assert(sizeof(ValueHeader) == 48);

inline std::uint64_t checksum_of(std::string_view key, std::span<const std::byte> value) {
  return XXH3_64bits_withSeed(value.data() + sizeof(std::uint64_t), value.size() - sizeof(std::uint64_t),
                              XXH3_64bits(key.data(), key.size()));
}

/// A value, as it is to be stored. One that is scanned in place is as long as LMDB needs to give it pages of its own.
inline std::vector<std::byte> map_value(std::string_view key, ValueHeader header, std::span<const std::byte> content,
                                        std::size_t page_size) {
  std::vector<std::byte> value(std::max(sizeof header + content.size(), page_size / 2));
  header.bytes = content.size();
  std::memcpy(value.data(), &header, sizeof header);
  std::copy(content.begin(), content.end(), value.begin() + sizeof header);
  header.checksum = checksum_of(key, value);
  std::memcpy(value.data(), &header, sizeof header);
  return value;
}

/// A value that was stored. Nothing of it is looked at before it is asked for.
struct MapValue {
  std::string key;
  std::span<const std::byte> bytes;

  ValueHeader header() const {
    ValueHeader header;
    if (bytes.size() >= sizeof header) std::memcpy(&header, bytes.data(), sizeof header);
    return header;
  }
  std::span<const std::byte> content() const { return bytes.subspan(sizeof(ValueHeader), static_cast<std::size_t>(header().bytes)); }
  bool intact() const {
    return bytes.size() >= sizeof(ValueHeader) && header().bytes <= bytes.size() - sizeof(ValueHeader) &&
           header().checksum == checksum_of(key, bytes);
  }
  /// @throws FormatError  that names what was damaged
  void check(const std::string& path) const {
    VPR_REQUIRE(FormatError, intact(), path, ": ", name_of_key(key),
                " was damaged: its checksum does not fit; restore the map from a copy");
  }
};

/// What a map is of, and how far it has got; written anew with each commit.
struct MapHeader {
  static constexpr std::uint32_t newest_format = 1;

  std::int64_t dimensions = 0;
  MapPrecision precision = MapPrecision::float32;
  std::int64_t next_id = 0;
  std::int64_t places = 0;
  std::uint64_t commit = 0;
  ModelRecord record = {};
  std::uint64_t rewritten = 0;  ///< the last commit that may have changed a block with others behind it

  std::vector<std::byte> bytes() const {
    ByteWriter out;
    out.text("vpr map");
    out.number(newest_format);
    out.number(dimensions);
    out.number(precision);
    out.number(next_id);
    out.number(places);
    out.number(commit);
    record.visit([&](std::string_view name, const std::string& value) {
      out.text(name);
      out.text(value);
    });
    out.text("rewritten");
    out.text(std::to_string(rewritten));
    out.text("");
    return out.bytes();
  }

  /// @throws FormatError  also for a map of a newer format
  static MapHeader parse(std::span<const std::byte> bytes, const std::string& path) {
    ByteReader in(bytes, path + ": its header");
    VPR_REQUIRE(FormatError, in.text() == "vpr map", path, ": is no map, but another LMDB file");
    const auto format = in.number<std::uint32_t>();
    VPR_REQUIRE(FormatError, format == newest_format, path, ": has format ", format, ", this vpr reads ", newest_format,
                format > newest_format ? ": a newer vpr wrote it; update this one" : "");
    MapHeader header;
    header.dimensions = in.number<std::int64_t>();
    header.precision = in.number<MapPrecision>();
    header.next_id = in.number<std::int64_t>();
    header.places = in.number<std::int64_t>();
    header.commit = in.number<std::uint64_t>();
    header.rewritten = header.commit;  // where an earlier vpr, which does not say it, wrote the header
    for (std::string name = in.text(); !name.empty(); name = in.text()) {
      std::string value = in.text();
      if (name == "rewritten") std::from_chars(value.data(), value.data() + value.size(), header.rewritten);
      if (std::string* const field = header.record.find(name)) *field = std::move(value);
    }
    VPR_REQUIRE(FormatError, header.dimensions >= 1 && header.precision <= MapPrecision::binary, path, ": its header was damaged");
    return header;
  }
};

}  // namespace vpr::detail
