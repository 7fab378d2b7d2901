// SPDX-License-Identifier: MIT
/// Maps of made-up places for tests: what a place is follows from its number.
#pragma once

#include <vpr/map/place_map.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"
#include "tests/support/temporary_folder.hpp"

#include <string>
#include <vector>

namespace vpr::test {

inline std::vector<float> descriptor_of(std::int64_t number, std::int64_t dim) {
  return random_floats(dim, static_cast<std::uint64_t>(number) + 1);
}

/// Descriptors of the places [first, first + count), row after row.
inline std::vector<float> descriptors_of(std::int64_t first, std::int64_t count, std::int64_t dim) {
  std::vector<float> all;
  for (std::int64_t i = first; i < first + count; ++i) {
    const std::vector<float> one = descriptor_of(i, dim);
    all.insert(all.end(), one.begin(), one.end());
  }
  return all;
}

/// A place of three sessions, a street's position, a second after the one before; each fifth without position, each seventh without time.
inline Place place_of(std::int64_t number) {
  const auto i = static_cast<double>(number);
  Place place{.name = "photo " + std::to_string(number) + std::string("\0\xff\n", 3),
              .session = "drive " + std::to_string(number / 50 % 3)};
  if (number % 5 != 0) place.position = Position{500000 + 10 * i, 4100000 - i, {17, false}, PositionUnit::metres};
  if (number % 7 != 0) place.time = 1000 + i;
  if (number % 11 == 0) place.pose = Pose{{i, 2 * i, 3}, {0.5, 0.5, 0.5, -0.5}};
  return place;
}

inline std::vector<Place> places_of(std::int64_t first, std::int64_t count) {
  std::vector<Place> places;
  for (std::int64_t i = first; i < first + count; ++i) places.push_back(place_of(i));
  return places;
}

/// Adds the places [first, first + count) in one commit.
inline std::vector<std::int64_t> add(PlaceMap& map, std::int64_t first, std::int64_t count) {
  const std::int64_t dim = map.snapshot().dim();
  const std::vector<float> all = descriptors_of(first, count, dim);
  return map.add(places_of(first, count), Rows(all.data(), count, dim));
}

inline void check_same(const Place& found, const Place& expected) {
  CHECK(found.name == expected.name);
  CHECK(found.session == expected.session);
  CHECK(found.time == expected.time);
  CHECK(found.pose == expected.pose);
  if (!expected.position) return;
  REQUIRE(found.position.has_value());
  CHECK(found.position->east == expected.position->east);
  CHECK(found.position->north == expected.position->north);
  CHECK(found.position->zone == expected.position->zone);
  CHECK(found.position->unit == expected.position->unit);
}

}  // namespace vpr::test
