// SPDX-License-Identifier: MIT
#include <vpr/dataset/focal_places.hpp>

#include "tests/support/catch.hpp"

#include <limits>
#include <set>
#include <string>
#include <vector>

using namespace vpr;

namespace {

/// Photos along a street that runs east through the middle of the square [0, 15) × [0, 15), each in all of eight directions.
std::vector<TrainingPhoto> street() {
  std::vector<TrainingPhoto> photos;
  for (int i = 0; i < 7; ++i) {
    for (int turn = 0; turn < 8; ++turn)
      photos.push_back({.path = std::to_string(i) + '/' + std::to_string(45 * turn),
                        .heading = 45.0 * turn,
                        .position = Position{600000 + 1.5 + 2 * i, 4500007.5, {31, false}}});
  }
  return photos;
}

std::set<std::string> paths(const TrainingPlaces& all, const TrainingPlace& place) {
  std::set<std::string> found;
  for (const std::int64_t photo : place.photos) found.insert(all.photos[static_cast<std::size_t>(photo)].path);
  return found;
}

}  // namespace

TEST_CASE("A street's square has a place across it and one along it, of the photos that look at their points") {
  const TrainingPlaces all = places_by_focal_point(street(), {.angle = 44});
  REQUIRE(all.places.size() == 2);
  CHECK(all.groups.size() == 2);
  CHECK(all.places[0].group != all.places[1].group);
  const auto lateral = paths(all, all.places[0]), frontal = paths(all, all.places[1]);
  CHECK(all.places[0].name.ends_with(" lateral"));
  // The lateral point is 10 m north of the middle, at 7.5 m: straight ahead of the middle's photo to the north, 31 degrees left of the last one's.
  CHECK(lateral.contains("3/0"));
  CHECK_FALSE(lateral.contains("3/180"));
  CHECK_FALSE(lateral.contains("3/90"));
  CHECK_FALSE(lateral.contains("6/0"));
  CHECK(lateral.contains("6/315"));
  CHECK(frontal == std::set<std::string>{"0/90", "1/90", "2/90", "3/90", "4/90", "5/90", "6/90"});
}

TEST_CASE("Squares of a group are apart, and what looks nowhere is in no place") {
  std::vector<TrainingPhoto> photos = street();
  for (TrainingPhoto photo : street()) {
    photo.position->east += 15;
    photos.push_back(photo);
  }
  const TrainingPlaces all = places_by_focal_point(photos);
  CHECK(all.places.size() == 4);
  CHECK(all.groups.size() == 4);  // two squares beside each other, two views
  std::vector<TrainingPhoto> back{{.path = "back", .heading = 180, .position = Position{600000, 4500000, {31, false}}}};
  const TrainingPlaces none = places_by_focal_point(back, {.angle = 10});
  for (const TrainingPlace& place : none.places) CHECK_FALSE(place.photos.empty());
}

TEST_CASE("A photo of no heading and settings that mean nothing are refused") {
  std::vector<TrainingPhoto> photos = street();
  photos[3].heading = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH(places_by_focal_point(photos), ContainsSubstring("0/135: its heading is not known"));
  CHECK_THROWS_WITH(places_by_focal_point(street(), {.distance = 0}), ContainsSubstring("got points 0 m away"));
  CHECK_THROWS_AS(places_by_focal_point(street(), {.side = -1}), ConfigError);
}
