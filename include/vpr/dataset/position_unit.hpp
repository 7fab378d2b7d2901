// SPDX-License-Identifier: MIT
/// @file
/// Whether the numbers of positions are metres or degrees, and whether they can be compared.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/core/finite.hpp>
#include <vpr/dataset/photo.hpp>
#include <vpr/dataset/utm.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace vpr {

/// Whether numbers given as eastings and northings are degrees or radians in all likelihood. They are not where most are beyond ±180 and ±90 (in
/// either order), or where all are whole. They are where those within these bounds
/// - lie within 1 × 1 of each other and 4 or more away from the origin: as metres, all photos would show one spot; as degrees, a town's; or
/// - are written finer than a millimetre, half of them at least, and are as far from the origin as from each other: as degrees, a country's; or
/// - lie within 0.01 × 0.01 of each other and 0.05 or more away from the origin: as metres, one spot; as radians, a town's; or
/// - are crowded: with no more than one cell of 0.01 × 0.01 for two different positions, as photos of towns all over the world are in degrees.
/// A map in metres around its origin, such as a room's, fits none of these.
inline bool look_like_degrees(std::span<const Position> all) {
  std::vector<Position> positions, swapped;
  for (const Position& p : all) {
    if (std::abs(p.east) <= 180 && std::abs(p.north) <= 90) positions.push_back(p);
    if (std::abs(p.east) <= 90 && std::abs(p.north) <= 180) swapped.push_back(p);
  }
  if (swapped.size() > positions.size()) positions = std::move(swapped);
  const auto multiples_of = [&](double step) {
    return std::count_if(positions.begin(), positions.end(), [&](const Position& p) {
      const auto is_multiple = [&](double value) { return std::abs(value / step - std::round(value / step)) < 1e-6; };
      return is_multiple(p.east) && is_multiple(p.north);
    });
  };
  const auto count = std::ssize(positions);
  if (count == 0 || 2 * count < std::ssize(all) || multiples_of(1) == count) return false;

  const auto [west, east] = std::minmax_element(positions.begin(), positions.end(), [](auto& a, auto& b) { return a.east < b.east; });
  const auto [south, north] = std::minmax_element(positions.begin(), positions.end(), [](auto& a, auto& b) { return a.north < b.north; });
  const double extent = std::max(east->east - west->east, north->north - south->north);
  const double off_origin = std::max({west->east, -east->east, south->north, -north->north});
  const auto cells = [&](double side) {
    std::vector<std::pair<double, double>> of_positions;
    for (const Position& p : positions) of_positions.emplace_back(std::floor(p.east / side), std::floor(p.north / side));
    std::sort(of_positions.begin(), of_positions.end());
    return std::unique(of_positions.begin(), of_positions.end()) - of_positions.begin();
  };
  const auto different = cells(1e-9);
  const bool town = different >= 2 && extent <= 1 && off_origin >= 4;
  const bool radians = different >= 2 && extent <= 0.01 && off_origin >= 0.05;
  const bool country = 2 * multiples_of(0.001) <= count && off_origin >= std::max(4.0, extent);
  const bool crowded = different >= 4 && 2 * cells(0.01) <= different;
  return town || radians || country || crowded;
}

namespace detail {

/// Of positions of unknown unit, one that can be degrees and one that is metres, where the two cannot be of one map: what may be degrees
/// lies around the origin, and all else over 100 km from it, as UTM coordinates do. Positions 0, 0 stand for unknown ones in many sets, and are
/// neither.
inline std::optional<std::pair<std::size_t, std::size_t>> degrees_among_metres(std::span<const Position> all) {
  std::optional<std::size_t> degrees, metres;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const double least = std::min(std::abs(all[i].east), std::abs(all[i].north)),
                 most = std::max(std::abs(all[i].east), std::abs(all[i].north));
    if (most == 0) continue;
    if (most > 180 || least > 90) {
      if (most <= 1e5) return std::nullopt;
      metres = i;
    } else if (!degrees) {
      degrees = i;
    }
  }
  if (!degrees || !metres) return std::nullopt;
  return std::pair(*degrees, *metres);
}

/// Whether a position given in metres of a UTM zone has the numbers of kilometres: an easting of 100 to 1000, a northing up to 10 000. In metres that
/// is a patch of sea on the equator, over 4 degrees off the zone's meridian.
inline bool looks_like_kilometres(const Position& p) {
  const double east = std::abs(p.east), north = std::abs(p.north);
  return p.zone.number != 0 && east >= 100 && east <= 1000 && north <= 10000 && (east > 180 || north > 90);
}

/// Whether a position cannot be metres, on Earth or on a map of it: over 100 000 km. Degrees times 10⁷ are, and UTM coordinates in centimetres.
inline bool is_beyond_the_earth(const Position& p) { return std::max(std::abs(p.east), std::abs(p.north)) > 1e8; }

/// A number as it was written.
inline std::string as_written(double value) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}
inline std::string as_written(const Position& p) { return as_written(p.east) + ", " + as_written(p.north); }

}  // namespace detail

/// What positions were taken to be, and how that is known.
struct SettledPositions {
  PositionUnit unit = PositionUnit::automatic;  ///< automatic: no photo has a position
  std::string reason = {};                      ///< a sentence for a reader
};

namespace detail {

/// `settle_positions` of positions wherever they are; `path_of(i)` names the photo of one.
inline SettledPositions settle(PositionUnit declared, std::span<Position* const> all,
                               const std::function<std::string(std::size_t)>& path_of) {
  if (all.empty()) return {};
  std::vector<Position> open;        // those of unknown unit
  std::vector<std::size_t> open_at;  // and where they are in `all`
  std::optional<std::size_t> first_degrees;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Position& p = *all[i];
    VPR_REQUIRE(FormatError, is_finite(p.east) && is_finite(p.north), path_of(i), ": its position is ", as_written(p),
                ", expected finite numbers");
    if (p.unit == PositionUnit::degrees && !first_degrees) first_degrees = i;
    if (p.unit != PositionUnit::automatic) continue;
    open_at.push_back(i);
    open.push_back(p);
  }
  VPR_REQUIRE(ConfigError, declared != PositionUnit::metres || !first_degrees, path_of(first_degrees.value_or(0)),
              ": its position is latitude and longitude, while positions were declared as metres");
  if (declared == PositionUnit::automatic && look_like_degrees(open)) {
    const auto p =
        std::find_if(open.begin(), open.end(), [](const Position& one) { return std::abs(one.east) <= 180 && std::abs(one.north) <= 180; });
    fail<FormatError>(path_of(open_at[static_cast<std::size_t>(p - open.begin())]), ": its position ", as_written(*p),
                      ", as those of most of ", open.size(),
                      " photos, looks like degrees, expected metres; declare the unit: degrees (longitude, then latitude) with "
                      "--positions degrees, or metres after all with --positions metres (in C++ DatasetSettings::positions); "
                      "a table's columns `latitude` and `longitude` are degrees without it; kilometres and radians are to be converted");
  }
  const auto beyond = std::find_if(open.begin(), open.end(), is_beyond_the_earth);
  if (declared == PositionUnit::automatic && beyond != open.end()) {
    fail<FormatError>(path_of(open_at[static_cast<std::size_t>(beyond - open.begin())]), ": its position ", as_written(*beyond),
                      " cannot be metres, as it is over 100 000 km from the origin: convert degrees times 10 million, centimetres or "
                      "millimetres, or declare that it is in metres after all with --positions metres (in C++ DatasetSettings::positions)");
  }
  const auto kilometres = std::find_if(open.begin(), open.end(), looks_like_kilometres);
  if (declared == PositionUnit::automatic && kilometres != open.end()) {
    fail<FormatError>(path_of(open_at[static_cast<std::size_t>(kilometres - open.begin())]), ": its position ", as_written(*kilometres),
                      " is given in UTM zone ", kilometres->zone.number,
                      ", where eastings are about 100 000 to 900 000 metres, so it looks like kilometres: convert it to metres, or declare "
                      "that it is in metres after all with --positions metres (in C++ DatasetSettings::positions)");
  }

  UtmZone zone = first_degrees ? all[*first_degrees]->zone : UtmZone{};
  for (std::size_t i = 0; i < all.size(); ++i) {
    Position& p = *all[i];
    if (p.unit != PositionUnit::automatic) continue;
    if (declared != PositionUnit::degrees) {
      p.unit = PositionUnit::metres;
      continue;
    }
    try {
      p = utm_from_degrees(p.north, p.east, in_reach(zone, p.east) ? zone : UtmZone{});
    } catch (const ConfigError& error) {
      fail<FormatError>(path_of(i), ": ", error.what(), "; positions were declared as degrees, longitude and then latitude");
    }
    if (zone.number == 0) zone = p.zone;
  }

  std::optional<std::size_t> degrees, metres, zoned, unzoned, other_zone;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Position& p = *all[i];
    std::optional<std::size_t>& of_unit = p.unit == PositionUnit::degrees ? degrees : metres;
    std::optional<std::size_t>& of_zone = p.zone.number != 0 ? zoned : unzoned;
    if (!of_unit) of_unit = i;
    if (!of_zone) of_zone = i;
    if (!other_zone && zoned && !same_plane(all[*zoned]->zone, p.zone)) other_zone = i;
  }
  VPR_REQUIRE(ConfigError, !degrees || !unzoned, path_of(degrees.value_or(0)), ": its position is degrees, that of ",
              path_of(unzoned.value_or(0)), " metres in no UTM zone: the two cannot be compared; give all photos one unit");
  VPR_REQUIRE(ConfigError, !other_zone || !unzoned, path_of(unzoned.value_or(0)),
              ": its position has no UTM zone, while others lie in several, as that of ", path_of(other_zone.value_or(0)));
  if (const auto mixed = degrees_among_metres(open); mixed && declared == PositionUnit::automatic) {
    const auto [small, large] = *mixed;
    fail<ConfigError>(path_of(open_at[small]), ": its position ", as_written(open[small]), " looks like degrees, that of ",
                      path_of(open_at[large]), ", ", as_written(open[large]),
                      ", is metres: the two cannot be compared; give all photos one unit");
  }
  for (std::size_t i = 0; other_zone && i < all.size(); ++i) {
    try {
      degrees_from_utm(*all[i]);
    } catch (const ConfigError& error) {
      fail<FormatError>(path_of(i), ": ", error.what());
    }
  }

  SettledPositions settled{metres ? PositionUnit::metres : PositionUnit::degrees, {}};
  const bool as_declared = declared == settled.unit && !open.empty();
  settled.reason = metres && degrees ? "metres with UTM zones, and latitude and longitude"
                   : as_declared     ? std::string(name_of(declared)) + " as declared"
                   : degrees         ? "degrees from columns of latitude and longitude"
                                     : "metres: not declared, and the numbers do not look like degrees";
  if (other_zone) settled.reason += "; in several UTM zones, compared through latitude and longitude";
  return settled;
}

}  // namespace detail

/// Settles what the positions of photos are, before they are compared: `metres` takes the numbers as they stand; `degrees` makes UTM metres of
/// longitudes (in the easting's place) and latitudes, in the zone of the first where that is within 6 degrees; `automatic` takes metres and refuses
/// numbers that `look_like_degrees`, UTM coordinates in kilometres, and numbers beyond the Earth. Kilometres without a zone cannot be distinguished
/// from metres by their numbers alone: see `extent_of` and `random_recall`. Positions from columns of latitude and longitude, and those that were
/// settled before, stay as they are.
/// @param lists  of `Photo` or `TrainingPhoto`, to be compared with each other
/// @throws FormatError  naming the photo: a position that is NaN or infinite, that looks like degrees or kilometres, or cannot be metres, and was not
///   declared, or was declared and is out of range
/// @throws ConfigError  where degrees would be compared with metres in no zone, or numbers that can only be degrees with ones that can only be
///   metres; where some positions have no zone and others are in several
template <class... Lists>
SettledPositions settle_positions(PositionUnit declared, Lists&... lists) {
  std::vector<Position*> all;
  std::vector<std::function<std::string(std::size_t)>> path_of;  // in each list
  std::vector<std::pair<std::size_t, std::size_t>> owner;        // of each position, its list and its photo
  const auto collect = [&](auto& list) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (!list[i].position) continue;
      all.push_back(&*list[i].position);
      owner.emplace_back(path_of.size(), i);
    }
    path_of.push_back([&list](std::size_t i) {
      if constexpr (requires { list[i].name; }) {
        if (list[i].path.empty()) return list[i].name;  // of a map: its photo is elsewhere
      }
      return std::filesystem::path(list[i].path).string();
    });
  };
  (collect(lists), ...);
  return detail::settle(declared, all, [&](std::size_t i) { return path_of[owner[i].first](owner[i].second); });
}

}  // namespace vpr
