// SPDX-License-Identifier: MIT
/// @file
/// One photo of a data set, and where it was taken.
#pragma once

#include <vpr/core/error.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace vpr {

/// What the numbers of a position are. `automatic`: not known; see `settle_positions`.
enum class PositionUnit { automatic, metres, degrees };

inline std::string_view name_of(PositionUnit unit) {
  constexpr std::string_view names[] = {"automatic", "metres", "degrees"};
  return names[static_cast<int>(unit)];
}

/// The unit of that name. @throws ConfigError for another
inline PositionUnit position_unit(std::string_view name) {
  for (const PositionUnit unit : {PositionUnit::automatic, PositionUnit::metres, PositionUnit::degrees}) {
    if (name == name_of(unit)) return unit;
  }
  fail<ConfigError>("positions in '", name, "'? There are metres, degrees and automatic");
}

/// A zone of the UTM grid, 1 to 60, and its hemisphere. Number 0: not known.
struct UtmZone {
  int number = 0;
  bool south = false;
  bool hemisphere_known =
      true;  ///< false: a zone's number without its letter; taken for the other position's hemisphere, or else the north

  friend bool operator==(const UtmZone&, const UtmZone&) = default;
};

/// Whether eastings and northings of two zones are on one plane: one zone, or a zone that is not known.
inline bool same_plane(const UtmZone& a, const UtmZone& b) {
  if (a.number == 0 || b.number == 0) return true;
  return a.number == b.number && (a.south == b.south || !a.hemisphere_known || !b.hemisphere_known);
}

/// A place on the ground in metres: UTM easting and northing, or any other plane that database and queries share.
struct Position {
  double east = 0;
  double north = 0;
  UtmZone zone = {};                            ///< where it is known; another zone is another plane: see `distance`
  PositionUnit unit = PositionUnit::automatic;  ///< what the source's numbers were: automatic as long as that is not settled
};

/// One photo: what it is called, where its file is and, where that is known, where it was taken.
struct Photo {
  std::string name;                  ///< as its list has it, or relative to its folder with `/`; what results call it
  std::filesystem::path path;        ///< the file
  std::optional<Position> position;  ///< from its name or from a CSV
  std::string place;                 ///< a place id from a CSV, empty where there is none
};

}  // namespace vpr
