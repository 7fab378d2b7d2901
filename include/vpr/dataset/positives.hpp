// SPDX-License-Identifier: MIT
/// @file
/// Which database photos are right answers for each query: by distance or by place id. From a list of pairs: `pairs.hpp`.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/core/finite.hpp>
#include <vpr/dataset/photo.hpp>
#include <vpr/dataset/position_unit.hpp>
#include <vpr/dataset/utm.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace vpr {

/// The right answers of each query: indices of database photos, ascending, each once. A query may have none.
using Positives = std::vector<std::vector<std::int64_t>>;

/// Database photos at most `radius` metres from each query; at exactly the radius is inside (the field's rule, at 25 m).
/// Distances are those of `squared_distance`: on the plane within a UTM zone or where none is known, on the ground across zones.
/// @throws ConfigError  for a radius that is negative or not finite, a position that is not finite, or one of several zones that is in no zone's
///   reach
inline Positives radius_positives(std::span<const Position> queries, std::span<const Position> database, double radius) {
  VPR_REQUIRE(ConfigError, is_finite(radius) && radius >= 0, "got a radius of ", radius, " metres, expected 0 or more");
  bool one_plane = true, hemispheres_known = true;
  const Position* first_zoned = nullptr;
  for (const std::span<const Position> positions : {queries, database}) {
    for (const Position& p : positions) {
      VPR_REQUIRE(ConfigError, is_finite(p.east) && is_finite(p.north), "radius positives: got a position ", p.east, ", ", p.north,
                  ", expected finite numbers");
      if (first_zoned == nullptr && p.zone.number != 0) first_zoned = &p;
      one_plane = one_plane && (first_zoned == nullptr || same_plane(first_zoned->zone, p.zone));
      hemispheres_known = hemispheres_known && p.zone.hemisphere_known;
    }
  }

  Positives positives(queries.size());
  // Adds the pairs that are right and whose points differ by at most `reach` in one coordinate.
  const auto add = [&](double reach, const auto& points_of, const auto& coordinate, const auto& is_right) {
    const auto query_points = points_of(queries), database_points = points_of(database);
    std::vector<std::int64_t> order(database.size());
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [&](auto a, auto b) {
      return coordinate(database_points[static_cast<std::size_t>(a)]) < coordinate(database_points[static_cast<std::size_t>(b)]);
    });
    for (std::size_t q = 0; q < queries.size(); ++q) {
      const double at = coordinate(query_points[q]);
      const auto below = [&](std::int64_t i, double bound) { return coordinate(database_points[static_cast<std::size_t>(i)]) < bound; };
      auto candidate = std::lower_bound(order.begin(), order.end(), at - reach, below);
      for (; candidate != order.end() && coordinate(database_points[static_cast<std::size_t>(*candidate)]) <= at + reach; ++candidate) {
        if (is_right(query_points[q], database_points[static_cast<std::size_t>(*candidate)],
                     same_plane(queries[q].zone, database[static_cast<std::size_t>(*candidate)].zone)))
          positives[q].push_back(*candidate);
      }
    }
  };
  const double reach = radius * (1 + 1e-9) + 1e-3;  // wider than the rounding of the tests
  add(
      reach, [](std::span<const Position> positions) { return positions; }, [](const Position& p) { return p.east; },
      [&](const Position& a, const Position& b, bool one) { return one && squared_plane_distance(a, b) <= radius * radius; });
  for (const bool south : {false, true}) {  // where zones come without their hemispheres: in either
    if (one_plane || (south && hemispheres_known)) continue;
    const auto geocentric = [&](std::span<const Position> positions) {
      std::vector<std::array<double, 3>> points;
      for (Position p : positions) {
        if (!p.zone.hemisphere_known) p.zone.south = south;
        points.push_back(p.zone.number == 0 ? std::array<double, 3>{} : detail::geocentric(p));  // no zone: on every plane
      }
      return points;
    };
    add(
        reach, geocentric, [](const std::array<double, 3>& point) { return point[2]; },
        [&](const auto& a, const auto& b, bool one) { return !one && detail::ground_distance(a, b) <= radius; });
  }
  for (auto& of_query : positives) {
    std::sort(of_query.begin(), of_query.end());
    of_query.erase(std::unique(of_query.begin(), of_query.end()), of_query.end());
  }
  return positives;
}

/// `radius_positives` of photos, whose positions are settled as `settle_positions` does where they are not yet.
/// @throws ConfigError  naming the first photo whose position is not known, and as above
/// @throws FormatError  as `settle_positions`, such as for positions that look like degrees
inline Positives radius_positives(std::span<const Photo> queries, std::span<const Photo> database, double radius) {
  for (const std::span<const Photo> photos : {queries, database}) {
    for (const Photo& photo : photos) {
      VPR_REQUIRE(ConfigError, photo.position.has_value(), photo.path.string(),
                  ": its position is not known, so no radius can be applied; "
                  "expected a name @utm_east@utm_north@...@.jpg, a CSV with positions, or a list of positive pairs");
    }
  }
  std::vector<Photo> of_queries(queries.begin(), queries.end()), of_database(database.begin(), database.end());
  settle_positions(PositionUnit::automatic, of_database, of_queries);
  const auto positions = [](const std::vector<Photo>& photos) {
    std::vector<Position> all;
    for (const Photo& photo : photos) all.push_back(*photo.position);
    return all;
  };
  return radius_positives(positions(of_queries), positions(of_database), radius);
}

/// Database photos with the query's place id. A query whose place is not known has none.
inline Positives place_positives(std::span<const Photo> queries, std::span<const Photo> database) {
  std::unordered_map<std::string, std::vector<std::int64_t>> photos_of;
  for (std::size_t i = 0; i < database.size(); ++i) photos_of[database[i].place].push_back(static_cast<std::int64_t>(i));
  Positives positives;
  for (const Photo& query : queries) {
    const auto found = photos_of.find(query.place);
    positives.push_back(query.place.empty() || found == photos_of.end() ? std::vector<std::int64_t>{} : found->second);
  }
  return positives;
}

}  // namespace vpr
