// SPDX-License-Identifier: MIT
/// @file
/// One photo of a data set, and where it was taken.
#pragma once

#include <vpr/core/requirements.hpp>

#include <filesystem>
#include <optional>
#include <string>

namespace vpr {

/// A zone of the UTM grid, 1 to 60, and its hemisphere. Number 0: not known.
struct UtmZone {
  int number = 0;
  bool south = false;
};

/// A place on the ground in metres: UTM easting and northing, or any other plane that database and queries share.
struct Position {
  double east = 0;
  double north = 0;
  UtmZone zone = {};  ///< where it is known; no distance looks at it, as in the field's evaluations
};

/// The squared distance between two positions, in square metres.
inline double squared_distance(const Position& a, const Position& b) {
  const double east = a.east - b.east, north = a.north - b.north;
  return east * east + north * north;
}

/// One photo: what it is called, where its file is and, where that is known, where it was taken.
struct Photo {
  std::string name;                  ///< as its list has it, or relative to its folder with `/`; what results call it
  std::filesystem::path path;        ///< the file
  std::optional<Position> position;  ///< from its name or from a CSV
  std::string place;                 ///< a place id from a CSV, empty where there is none
};

}  // namespace vpr
