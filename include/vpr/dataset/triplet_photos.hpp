// SPDX-License-Identifier: MIT
/// @file
/// Photos that triplets are mined from.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/dataset/bad_photo.hpp>
#include <vpr/dataset/dataset.hpp>
#include <vpr/dataset/position_unit.hpp>
#include <vpr/dataset/positives.hpp>
#include <vpr/dataset/training_places.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace vpr {

/// Queries and database photos, and what a `TripletMiner` asks of each query: which database photos may be its positive, and which are no negatives.
struct TripletPhotos {
  std::vector<std::string> queries, database;
  Positives near, far;
  std::vector<BadPhoto> left_out = {};  ///< files of the folders that are not read
};

/// How far from a query its positive may be, and its negatives must be at least, in metres: the field's numbers.
struct TripletRadii {
  double near = 10;
  double far = 25;
};

/// A folder that holds `queries` and `database`, photos with positions: the layout that NetVLAD's and SelaVPR's data come in.
/// @throws IoError, FormatError as `read_photos` does; ConfigError naming a photo whose position is not known; both as `settle_positions` does
inline TripletPhotos triplet_photos_in_folder(const std::filesystem::path& folder, const TripletRadii& radii = {},
                                              PositionUnit unit = PositionUnit::automatic) {
  TripletPhotos triplets;
  std::vector<Photo> database = read_photos(folder / "database", {}, &triplets.left_out);
  const auto& first = database.front().position;
  std::vector<Photo> queries = read_photos(folder / "queries", first ? first->zone : UtmZone{}, &triplets.left_out);
  settle_positions(unit, database, queries);
  for (const Photo& photo : queries) triplets.queries.push_back(photo.path.string());
  for (const Photo& photo : database) triplets.database.push_back(photo.path.string());
  triplets.near = radius_positives(std::span<const Photo>(queries), database, radii.near);
  triplets.far = radius_positives(std::span<const Photo>(queries), database, radii.far);
  return triplets;
}

/// Photos of places, each of them a query among all the others. A query's positives are the other photos of its place. No negatives are the photos of
/// its place and, along a video, of the places beside it, which look alike; and where all positions are known, all within `radii.far`.
/// @throws ConfigError for a place without photos or of photos that are not there; FormatError, ConfigError as `settle_positions` does, where all
///         positions are known
inline TripletPhotos triplet_photos_of_places(const TrainingPlaces& all, const TripletRadii& radii = {}) {
  TripletPhotos triplets;
  std::vector<Photo> photos;
  for (const TrainingPhoto& photo : all.photos) {
    triplets.database.push_back(photo.path);
    if (photo.position) photos.push_back({photo.path, photo.path, photo.position, {}});
  }
  triplets.queries = triplets.database;
  triplets.left_out = all.left_out;
  triplets.near.resize(all.photos.size());
  triplets.far = photos.size() == all.photos.size() ? radius_positives(std::span<const Photo>(photos), photos, radii.far)
                                                    : Positives(all.photos.size());

  for (const TrainingPlace& place : all.places) {
    VPR_REQUIRE(ConfigError, !place.photos.empty(), "triplet photos: place '", place.name, "' has no photo");
    for (const std::int64_t photo : place.photos) {
      VPR_REQUIRE(ConfigError, photo >= 0 && photo < std::ssize(all.photos), "triplet photos: place '", place.name, "' has photo ", photo,
                  ", there are ", all.photos.size());
    }
  }
  const auto video = [&](std::size_t place) { return all.photos[static_cast<std::size_t>(all.places[place].photos.front())].group; };
  for (std::size_t p = 0; p < all.places.size(); ++p) {
    std::vector<std::int64_t> alike = all.places[p].photos;
    for (const std::size_t beside : {p - 1, p + 1}) {
      if (beside >= all.places.size() || all.places[beside].group == all.places[p].group || video(beside) != video(p)) continue;
      alike.insert(alike.end(), all.places[beside].photos.begin(), all.places[beside].photos.end());
    }
    for (const std::int64_t query : all.places[p].photos) {
      auto& near = triplets.near[static_cast<std::size_t>(query)];
      near = all.places[p].photos;
      std::erase(near, query);
      std::sort(near.begin(), near.end());
      auto& far = triplets.far[static_cast<std::size_t>(query)];
      far.insert(far.end(), alike.begin(), alike.end());
      std::sort(far.begin(), far.end());
      far.erase(std::unique(far.begin(), far.end()), far.end());
    }
  }
  return triplets;
}

}  // namespace vpr
