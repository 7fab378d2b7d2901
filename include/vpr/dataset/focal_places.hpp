// SPDX-License-Identifier: MIT
/// @file
/// Places as the photos that look at one point.
#pragma once

#include <vpr/dataset/training_places.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <utility>
#include <vector>

namespace vpr {

/// EigenPlaces' numbers (the paper's M, N and D), and the angle that its crops of panoramas have.
struct FocalSettings {
  double side = 15;                  ///< of a cell, metres
  std::int64_t position_groups = 3;  ///< two cells of one group are either equal or at least (this - 1) sides apart
  double distance = 10;              ///< of a focal point from the middle of its cell's photos, metres
  double angle = 55;                 ///< degrees: photos that look past the point by up to half of it look at it
};

/// Photos in one square of the ground that look at one point show one place: EigenPlaces' rule (Berton et al., ICCV 2023, section 3). A square has
/// two such points, from the middle of its photos across the direction in which they spread most, which is that of a street, and along it: a lateral
/// and a frontal place, which are in groups of their own. The authors cut views towards the points out of panoramas; here photos that look there take
/// their place. Squares and groups are as in `places_by_cell`.
/// @throws ConfigError for settings out of range, or naming a photo whose position or heading is not known; FormatError, ConfigError as
///   `places_by_cell`
inline TrainingPlaces places_by_focal_point(std::vector<TrainingPhoto> photos, const FocalSettings& settings = {}) {
  VPR_REQUIRE(ConfigError, is_finite(settings.distance) && settings.distance > 0 && settings.angle > 0 && settings.angle <= 360,
              "places by focal point: got points ", settings.distance, " m away and an angle of ", settings.angle,
              " degrees, expected more than 0, and at most 360 degrees");
  for (const TrainingPhoto& photo : photos)
    VPR_REQUIRE(ConfigError, is_finite(photo.heading), photo.path, ": its heading is not known, so neither is what it looks at");
  const TrainingPlaces cells = places_by_cell(std::move(photos), {settings.side, 360, settings.position_groups, 1});
  TrainingPlaces all{cells.photos, {}, {}, cells.left_out};
  for (const std::string& group : cells.groups) {
    for (const char* view : {" lateral", " frontal"}) all.groups.push_back(group + view);
  }
  for (const TrainingPlace& cell : cells.places) {
    const auto position = [&](std::int64_t photo) -> const Position& { return *all.photos[static_cast<std::size_t>(photo)].position; };
    const auto count = static_cast<double>(cell.photos.size());
    double east = 0, north = 0, east_east = 0, north_north = 0, east_north = 0;
    for (const std::int64_t photo : cell.photos) {
      east += position(photo).east / count;
      north += position(photo).north / count;
    }
    for (const std::int64_t photo : cell.photos) {
      const double x = position(photo).east - east, y = position(photo).north - north;
      east_east += x * x;
      north_north += y * y;
      east_north += x * y;
    }
    const double along = std::atan2(2 * east_north, east_east - north_north) / 2;  // the first principal direction, from east
    const std::array views{std::pair(along + std::numbers::pi / 2, " lateral"), std::pair(along, " frontal")};
    for (std::size_t view = 0; view < views.size(); ++view) {
      const auto& [direction, name] = views[view];
      const double focal_east = east + settings.distance * std::cos(direction),
                   focal_north = north + settings.distance * std::sin(direction);
      TrainingPlace place{cell.name + name, 2 * cell.group + static_cast<std::int64_t>(view), {}};
      for (const std::int64_t photo : cell.photos) {
        const double wanted = std::atan2(focal_east - position(photo).east, focal_north - position(photo).north) * 180 / std::numbers::pi;
        const double past = std::remainder(all.photos[static_cast<std::size_t>(photo)].heading - wanted, 360);
        if (std::abs(past) <= settings.angle / 2) place.photos.push_back(photo);
      }
      if (!place.photos.empty()) all.places.push_back(std::move(place));
    }
  }
  return all;
}

}  // namespace vpr
