// SPDX-License-Identifier: MIT
/// @file
/// What a map knows of a place beside its descriptor.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/core/finite.hpp>
#include <vpr/dataset/photo.hpp>
#include <vpr/dataset/utm.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vpr {

/// Where a camera was and how it looked.
struct Pose {
  std::array<double, 3> translation{};         ///< x, y, z in metres
  std::array<double, 4> rotation{1, 0, 0, 0};  ///< unit quaternion w, x, y, z

  friend bool operator==(const Pose&, const Pose&) = default;
};

/// One place of a map. Everything but the id is the user's.
struct Place {
  std::int64_t id = -1;                   ///< from 0, given by the map and never given again
  std::string name = {};                  ///< any bytes
  std::string session = {};               ///< the drive or run that it is of, any bytes; empty: none
  std::optional<Position> position = {};  ///< a place with a pose and no position has that of its pose, x and y in metres
  std::optional<Pose> pose = {};
  std::optional<double> time = {};  ///< seconds since whenever the user counts from, such as 1970
};

/// How the descriptors of a map are kept. What is searched is what is kept: each search is exact among the values as they were rounded.
enum class MapPrecision : std::uint32_t {
  float32 = 0,  ///< 4 bytes a value
  bf16 = 1,     ///< 2 bytes
  int8 = 2,     ///< 1 byte, in 127 steps either way of a size of each descriptor's own
  binary = 3,   ///< 1 bit: the value's sign, see `sign_codes`
};

inline std::string_view name_of(MapPrecision precision) {
  constexpr std::array<std::string_view, 4> names{"float32", "bf16", "int8", "binary"};
  return names.at(static_cast<std::size_t>(precision));
}

/// The precision of that name. @throws ConfigError for another
inline MapPrecision map_precision(std::string_view name) {
  for (const MapPrecision precision : {MapPrecision::float32, MapPrecision::bf16, MapPrecision::int8, MapPrecision::binary}) {
    if (name == name_of(precision)) return precision;
  }
  fail<ConfigError>("a map of ", name, "? There are float32, bf16, int8 and binary");
}

namespace detail {

/// Positions that distances can be computed of, and numbers that are numbers. @throws FormatError, ConfigError naming the place
inline void check_place(const Place& place) {
  const auto need = [&](bool condition, std::string_view what) {
    VPR_REQUIRE(FormatError, condition, "place '", place.name, "': its ", what, " is no finite number");
  };
  if (place.position) {
    need(is_finite(place.position->east) && is_finite(place.position->north), "position");
    if (place.position->zone.number != 0) {
      try {
        static_cast<void>(degrees_from_utm(*place.position));
      } catch (const ConfigError& error) {
        fail<FormatError>("place '", place.name, "': ", error.what());
      }
    }
  }
  if (place.time) need(is_finite(*place.time), "time");
  if (!place.pose) return;
  const auto finite = [](const auto& values) { return std::all_of(values.begin(), values.end(), [](double v) { return is_finite(v); }); };
  need(finite(place.pose->translation) && finite(place.pose->rotation), "pose");
}

}  // namespace detail
}  // namespace vpr
