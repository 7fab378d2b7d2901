// SPDX-License-Identifier: MIT
/// @file
/// Between latitude and longitude and metres on the UTM grid, and how far apart two positions are.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/core/finite.hpp>
#include <vpr/dataset/photo.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

namespace vpr {

/// The UTM zone that a place lies in, with the exceptions of Norway and Svalbard.
inline UtmZone utm_zone(double latitude, double longitude) {
  const int natural = std::min(static_cast<int>(std::floor((longitude + 180) / 6)) + 1, 60);
  const bool south = latitude < 0;
  if (latitude >= 56 && latitude < 64 && longitude >= 3 && longitude < 12) return {32, south};
  if (latitude >= 72 && longitude >= 0 && longitude < 42)
    return {longitude < 9 ? 31 : longitude < 21 ? 33 : longitude < 33 ? 35 : 37, south};
  return {natural, south};
}

/// Degrees north and east on the ellipsoid WGS 84.
struct Degrees {
  double latitude = 0;
  double longitude = 0;
};

namespace detail {

/// WGS 84 and the UTM grid's scale on the middle meridian; n is the third flattening.
namespace wgs84 {
inline constexpr double radius = 6378137, flattening = 1 / 298.257223563, scale = 0.9996, n = flattening / (2 - flattening);
inline constexpr double rectifying_radius = radius / (1 + n) * (1 + n * n / 4 + n * n * n * n / 64);
inline constexpr double squared_eccentricity = flattening * (2 - flattening);
inline constexpr double to_radians = std::numbers::pi / 180;

/// tan of the conformal latitude from tan of the geographic one (Karney 2011, eq. 7-9).
inline double conformal(double tau) {
  const double eccentricity = std::sqrt(squared_eccentricity);
  const double sigma = std::sinh(eccentricity * std::atanh(eccentricity * tau / std::hypot(1.0, tau)));
  return tau * std::hypot(1.0, sigma) - sigma * std::hypot(1.0, tau);
}
}  // namespace wgs84

inline double middle_meridian(const UtmZone& zone) { return zone.number * 6 - 183; }

/// Whether a zone's grid may be used for a place outside it: up to 6 degrees east or west of its meridian.
inline bool in_reach(const UtmZone& zone, double longitude) {
  return zone.number != 0 && std::abs(std::remainder(longitude - middle_meridian(zone), 360)) <= 6;
}

}  // namespace detail

/// Degrees (WGS 84) to UTM metres, by Krüger's series to n^4 (Karney, "Transverse Mercator with an accuracy of a few nanometers", 2011,
/// eq. 7-9 and 35): right to a micrometre. Distances on the grid differ from those on the ground by at most 0.1 % inside a zone.
///
/// @param latitude,longitude  degrees, north and east positive
/// @param zone  the grid to use; number 0 takes the place's own. Give all photos of one evaluation the same zone: then a town that a zone's
///              border cuts through stays in one piece.
/// @throws ConfigError  for angles out of range, a latitude beyond UTM's 84 degrees, or a place over 6 degrees east or west of the zone's meridian
inline Position utm_from_degrees(double latitude, double longitude, UtmZone zone = {}) {
  VPR_REQUIRE(ConfigError, is_finite(latitude) && is_finite(longitude), "got latitude ", latitude, " and longitude ", longitude,
              ", expected finite numbers");
  VPR_REQUIRE(ConfigError, std::abs(latitude) <= 84, "got latitude ", latitude, " degrees, UTM reaches from -84 to 84");
  VPR_REQUIRE(ConfigError, std::abs(longitude) <= 180, "got longitude ", longitude, " degrees, expected -180 to 180");
  if (zone.number == 0) zone = utm_zone(latitude, longitude);
  VPR_REQUIRE(ConfigError, zone.number >= 1 && zone.number <= 60, "got UTM zone ", zone.number, ", expected 1 to 60");
  VPR_REQUIRE(ConfigError, detail::in_reach(zone, longitude), "longitude ", longitude, " is too far from UTM zone ", zone.number, " (",
              detail::middle_meridian(zone), " degrees)");
  namespace wgs84 = detail::wgs84;
  constexpr double n = wgs84::n;
  constexpr double alpha[] = {n / 2 - 2 * n * n / 3 + 5 * n * n * n / 16 + 41 * n * n * n * n / 180,
                              13 * n * n / 48 - 3 * n * n * n / 5 + 557 * n * n * n * n / 1440,
                              61 * n * n * n / 240 - 103 * n * n * n * n / 140, 49561 * n * n * n * n / 161280};
  const double lambda = std::remainder(longitude - detail::middle_meridian(zone), 360) * wgs84::to_radians;
  const double conformal = wgs84::conformal(std::tan(latitude * wgs84::to_radians));
  const double xi = std::atan2(conformal, std::cos(lambda)), eta = std::asinh(std::sin(lambda) / std::hypot(conformal, std::cos(lambda)));
  double north = xi, east = eta;
  for (int j = 1; j <= 4; ++j) {
    north += alpha[j - 1] * std::sin(2 * j * xi) * std::cosh(2 * j * eta);
    east += alpha[j - 1] * std::cos(2 * j * xi) * std::sinh(2 * j * eta);
  }
  constexpr double metres = wgs84::scale * wgs84::rectifying_radius;
  return {500000 + metres * east, metres * north + (zone.south ? 10000000 : 0), zone, PositionUnit::degrees};
}

/// Where a position on the UTM grid is: the inverse of `utm_from_degrees` (Karney 2011, eq. 11, 19-21 and 36), right to a micrometre.
/// @throws ConfigError  for a zone that is not known, or a position that no zone holds: over 1000 km off its meridian, or beyond a pole
inline Degrees degrees_from_utm(const Position& position) {
  const UtmZone& zone = position.zone;
  VPR_REQUIRE(ConfigError, zone.number >= 1 && zone.number <= 60, "got UTM zone ", zone.number, ", expected 1 to 60");
  const double east = position.east - 500000, north = position.north - (zone.south ? 10000000 : 0);
  VPR_REQUIRE(ConfigError, is_finite(east) && is_finite(north) && std::abs(east) <= 1e6 && std::abs(north) <= 1e7, "easting ",
              position.east, ", northing ", position.north, " are in no UTM zone, and their zone is given as ", zone.number,
              zone.south ? " south" : " north");
  namespace wgs84 = detail::wgs84;
  constexpr double n = wgs84::n;
  constexpr double beta[] = {n / 2 - 2 * n * n / 3 + 37 * n * n * n / 96 - n * n * n * n / 360,
                             n * n / 48 + n * n * n / 15 - 437 * n * n * n * n / 1440, 17 * n * n * n / 480 - 37 * n * n * n * n / 840,
                             4397 * n * n * n * n / 161280};
  constexpr double metres = wgs84::scale * wgs84::rectifying_radius;
  double xi = north / metres, eta = east / metres;
  for (int j = 1; j <= 4; ++j) {
    xi -= beta[j - 1] * std::sin(2 * j * north / metres) * std::cosh(2 * j * east / metres);
    eta -= beta[j - 1] * std::cos(2 * j * north / metres) * std::sinh(2 * j * east / metres);
  }
  const double conformal = std::sin(xi) / std::hypot(std::sinh(eta), std::cos(xi));
  double tau = conformal / (1 - wgs84::squared_eccentricity);
  for (int i = 0; i < 4; ++i) {  // Newton; quadratic, and good to 1 % from the beginning
    const double found = wgs84::conformal(tau);
    tau += (conformal - found) / std::hypot(1.0, found) * (1 + (1 - wgs84::squared_eccentricity) * tau * tau) /
           ((1 - wgs84::squared_eccentricity) * std::hypot(1.0, tau));
  }
  const double longitude = std::atan2(std::sinh(eta), std::cos(xi)) / wgs84::to_radians + detail::middle_meridian(zone);
  return {std::atan(tau) / wgs84::to_radians, std::remainder(longitude, 360)};
}

namespace detail {

/// A position on the UTM grid as metres from the earth's centre, on the ellipsoid.
/// @throws ConfigError as `degrees_from_utm` does
inline std::array<double, 3> geocentric(const Position& position) {
  const Degrees degrees = degrees_from_utm(position);
  const double phi = degrees.latitude * wgs84::to_radians, lambda = degrees.longitude * wgs84::to_radians;
  const double across = wgs84::radius / std::sqrt(1 - wgs84::squared_eccentricity * std::sin(phi) * std::sin(phi));
  return {across * std::cos(phi) * std::cos(lambda), across * std::cos(phi) * std::sin(lambda),
          across * (1 - wgs84::squared_eccentricity) * std::sin(phi)};
}

/// The way along the ground between two geocentric positions: the straight line through the earth, bent to the earth's mean radius. Equals the
/// geodesic to a micrometre up to 10 km and to 0.6 % anywhere.
inline double ground_distance(const std::array<double, 3>& a, const std::array<double, 3>& b) {
  constexpr double mean_diameter = 2 * 6371008.8;
  const double chord = std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
  return mean_diameter * std::asin(std::min(1.0, chord / mean_diameter));
}

}  // namespace detail

/// The squared distance between two positions on one plane, in square metres, and the field's one; see `distance` for others.
inline double squared_plane_distance(const Position& a, const Position& b) {
  const double east = a.east - b.east, north = a.north - b.north;
  return east * east + north * north;
}

/// The squared distance between two positions, in square metres: on the plane within a UTM zone, or where a zone is not known; else on the ground, by
/// latitude and longitude, so that places beside each other across a zone's border are near.
/// @throws ConfigError as `degrees_from_utm` does, for two zones
inline double squared_distance(const Position& a, const Position& b) {
  if (same_plane(a.zone, b.zone)) return squared_plane_distance(a, b);
  double distance = std::numeric_limits<double>::infinity();
  for (const bool south : {false, true}) {
    const auto point = [&](Position position, const UtmZone& other) {
      if (!position.zone.hemisphere_known) position.zone.south = other.hemisphere_known ? other.south : south;
      return detail::geocentric(position);
    };
    distance = std::min(distance, detail::ground_distance(point(a, b.zone), point(b, a.zone)));
  }
  return distance * distance;
}

}  // namespace vpr
