// SPDX-License-Identifier: MIT
/// @file
/// From latitude and longitude to metres on the UTM grid.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/dataset/photo.hpp>

#include <algorithm>
#include <cmath>
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

/// Degrees (WGS 84) to UTM metres, by Krüger's series to n^4 (Karney, "Transverse Mercator with an accuracy of a few nanometers", 2011,
/// eq. 7-9 and 35): right to a micrometre. Distances on the grid differ from those on the ground by at most 0.1 % inside a zone.
///
/// @param latitude,longitude  degrees, north and east positive
/// @param zone  the grid to use; number 0 takes the place's own. Give all photos of one evaluation the same zone: then a town that a zone's
///              border cuts through stays in one piece.
/// @throws ConfigError  for angles out of range, a latitude beyond UTM's 84 degrees, or a place over 6 degrees east or west of the zone's meridian
inline Position utm_from_degrees(double latitude, double longitude, UtmZone zone = {}) {
  VPR_REQUIRE(ConfigError, std::abs(latitude) <= 84, "got latitude ", latitude, " degrees, UTM reaches from -84 to 84");
  VPR_REQUIRE(ConfigError, std::abs(longitude) <= 180, "got longitude ", longitude, " degrees, expected -180 to 180");
  if (zone.number == 0) zone = utm_zone(latitude, longitude);
  VPR_REQUIRE(ConfigError, zone.number >= 1 && zone.number <= 60, "got UTM zone ", zone.number, ", expected 1 to 60");
  const double meridian = zone.number * 6 - 183;
  const double from_meridian = std::remainder(longitude - meridian, 360);
  VPR_REQUIRE(ConfigError, std::abs(from_meridian) <= 6, "longitude ", longitude, " is too far from UTM zone ", zone.number, " (", meridian,
              " degrees), which the first photo gave; use place ids or one file a region");

  constexpr double radius = 6378137, flattening = 1 / 298.257223563, scale = 0.9996, n = flattening / (2 - flattening);
  constexpr double rectifying = radius / (1 + n) * (1 + n * n / 4 + n * n * n * n / 64);
  constexpr double alpha[] = {n / 2 - 2 * n * n / 3 + 5 * n * n * n / 16 + 41 * n * n * n * n / 180,
                              13 * n * n / 48 - 3 * n * n * n / 5 + 557 * n * n * n * n / 1440,
                              61 * n * n * n / 240 - 103 * n * n * n * n / 140, 49561 * n * n * n * n / 161280};
  const double phi = latitude * std::numbers::pi / 180, lambda = from_meridian * std::numbers::pi / 180;
  const double eccentricity = std::sqrt(flattening * (2 - flattening));
  const double tau = std::tan(phi), sigma = std::sinh(eccentricity * std::atanh(eccentricity * std::sin(phi)));
  const double conformal = tau * std::hypot(1.0, sigma) - sigma * std::hypot(1.0, tau);
  const double xi = std::atan2(conformal, std::cos(lambda)), eta = std::asinh(std::sin(lambda) / std::hypot(conformal, std::cos(lambda)));
  double north = xi, east = eta;
  for (int j = 1; j <= 4; ++j) {
    north += alpha[j - 1] * std::sin(2 * j * xi) * std::cosh(2 * j * eta);
    east += alpha[j - 1] * std::cos(2 * j * xi) * std::sinh(2 * j * eta);
  }
  return {500000 + scale * rectifying * east, scale * rectifying * north + (zone.south ? 10000000 : 0), zone};
}

}  // namespace vpr
