// SPDX-License-Identifier: MIT
/// @file
/// What filters look at of a block's places, and what they do not: names and poses.
#pragma once

#include <vpr/map/record_format.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace vpr::detail {

/// The columns of one place. A place that was removed stays until the map is compacted.
struct PlaceRow {
  static constexpr std::uint32_t alive = 1, south = 2, hemisphere_known = 4, unit = 8, zone = 256;
  static constexpr double none = std::numeric_limits<double>::quiet_NaN();

  std::int64_t id = 0;
  double time = none, east = none, north = none;
  std::uint32_t session = 0;  ///< its number in the list of sessions
  std::uint32_t flags = 0;

  bool present() const { return (flags & alive) != 0; }
  void set(const Place& place, std::uint32_t session_number) {
    session = session_number;
    time = place.time.value_or(none);
    flags = alive;
    east = north = none;
    if (!place.position) return;
    const Position& position = *place.position;
    east = position.east;
    north = position.north;
    flags |= (position.zone.south ? south : 0) | (position.zone.hemisphere_known ? hemisphere_known : 0) |
             unit * static_cast<std::uint32_t>(position.unit) | zone * static_cast<std::uint32_t>(position.zone.number);
  }
  std::optional<Position> position() const {
    if (!is_finite(east) || !is_finite(north)) return std::nullopt;
    return Position{east,
                    north,
                    {static_cast<int>(flags / zone % 64), (flags & south) != 0, (flags & hemisphere_known) != 0},
                    static_cast<PositionUnit>(std::min(flags / unit % 4, 2U))};
  }
};

/// The columns of a block, in place: all ids, all times and so on.
class Columns {
 public:
  static constexpr std::size_t bytes_of(std::size_t count) { return 40 * count; }

  Columns(std::span<const std::byte> content, std::size_t count) : at_(content.data()), count_(count) {}

  std::size_t size() const { return count_; }
  std::int64_t id(std::size_t i) const { return read<std::int64_t>(0, i); }
  double time(std::size_t i) const { return read<double>(8, i); }
  std::uint32_t session(std::size_t i) const { return read<std::uint32_t>(32, i); }
  std::uint32_t flags(std::size_t i) const { return read<std::uint32_t>(36, i); }
  bool present(std::size_t i) const { return (flags(i) & PlaceRow::alive) != 0; }
  PlaceRow row(std::size_t i) const { return {id(i), time(i), read<double>(16, i), read<double>(24, i), session(i), flags(i)}; }

  static std::vector<std::byte> bytes(std::span<const PlaceRow> rows) {
    ByteWriter out;
    for (const PlaceRow& row : rows) out.number(row.id);
    for (const PlaceRow& row : rows) out.number(row.time);
    for (const PlaceRow& row : rows) out.number(row.east);
    for (const PlaceRow& row : rows) out.number(row.north);
    for (const PlaceRow& row : rows) out.number(row.session);
    for (const PlaceRow& row : rows) out.number(row.flags);
    return out.bytes();
  }

 private:
  template <class T>
  T read(std::size_t bytes_before, std::size_t i) const {
    T value;
    std::memcpy(&value, at_ + bytes_before * count_ + sizeof value * i, sizeof value);
    return value;
  }

  const std::byte* at_;
  std::size_t count_;
};

/// A place's name and pose.
struct PlaceDetails {
  std::string name;
  std::optional<Pose> pose;
};

/// The details of a block: where each place's end, then for each its name behind its pose, if it has one.
class Details {
 public:
  Details(std::span<const std::byte> content, std::size_t count, std::string what)
      : content_(content), count_(count), what_(std::move(what)) {}

  PlaceDetails at(std::size_t i) const {
    const std::uint64_t begin = i == 0 ? 8 * count_ : end(i - 1), end = this->end(i);
    VPR_REQUIRE(FormatError, begin <= end && end <= content_.size() && end > begin, what_, " was damaged");
    ByteReader in(content_.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)), what_);
    PlaceDetails details;
    const auto has_pose = in.number<std::uint8_t>();
    if (has_pose != 0) details.pose = in.number<Pose>();
    details.name = in.text();
    return details;
  }

  static std::vector<std::byte> bytes(std::span<const PlaceDetails> all) {
    ByteWriter ends, out;
    for (const PlaceDetails& details : all) {
      out.number<std::uint8_t>(details.pose ? 1 : 0);
      if (details.pose) out.number(*details.pose);
      out.text(details.name);
      ends.number<std::uint64_t>(8 * all.size() + out.bytes().size());
    }
    std::vector<std::byte> bytes = ends.bytes();
    bytes.insert(bytes.end(), out.bytes().begin(), out.bytes().end());
    return bytes;
  }

 private:
  std::uint64_t end(std::size_t i) const {
    VPR_REQUIRE(FormatError, content_.size() / 8 > i, what_, " was damaged");
    std::uint64_t end;
    std::memcpy(&end, content_.data() + 8 * i, sizeof end);
    return end;
  }

  std::span<const std::byte> content_;
  std::size_t count_;
  std::string what_;
};

}  // namespace vpr::detail
