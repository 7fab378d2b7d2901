// SPDX-License-Identifier: MIT
/// @file
/// How far the positions of photos reach.
#pragma once

#include <vpr/dataset/photo.hpp>

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <span>

namespace vpr {

/// The sides, in metres, of the smallest rectangle along the plane's axes that holds all positions.
struct Extent {
  double east = 0;
  double north = 0;
};

/// The extent of the positions in these lists together; nothing where there are none, or where they lie in several UTM zones.
inline std::optional<Extent> extent_of(std::initializer_list<std::span<const Photo>> lists) {
  std::optional<Position> least, most;
  UtmZone zone;
  for (const std::span<const Photo> photos : lists) {
    for (const Photo& photo : photos) {
      if (!photo.position) continue;
      const Position& p = *photo.position;
      if (!same_plane(zone, p.zone)) return std::nullopt;
      if (zone.number == 0) zone = p.zone;
      if (!least) least = most = p;
      least->east = std::min(least->east, p.east);
      least->north = std::min(least->north, p.north);
      most->east = std::max(most->east, p.east);
      most->north = std::max(most->north, p.north);
    }
  }
  if (!least) return std::nullopt;
  return Extent{most->east - least->east, most->north - least->north};
}

}  // namespace vpr
