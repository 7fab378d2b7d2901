// SPDX-License-Identifier: MIT
#include <vpr/dataset/positives.hpp>

#include "tests/support/catch.hpp"

using vpr::Photo;
using vpr::Position;
using vpr::Positives;

TEST_CASE("A database photo at exactly the radius is a positive") {
  const std::vector<Position> queries{{0, 0}, {1000, 0}}, database{{25, 0}, {0, 0}, {25.0000001, 0}, {15, 20}, {18, 18}, {0, -25}};
  CHECK(vpr::radius_positives(queries, database, 25) == Positives{{0, 1, 3, 5}, {}});
  CHECK(vpr::radius_positives(queries, database, 0) == Positives{{1}, {}});
  CHECK(vpr::radius_positives(queries, {}, 25) == Positives{{}, {}});
  CHECK(vpr::radius_positives(std::span<const Position>{}, database, 25).empty());
}

TEST_CASE("Radius positives are those of every pair's distance") {
  std::uint32_t state = 7;
  const auto coordinate = [&](double origin) { return origin + ((state = state * 1664525u + 1013904223u) >> 16) % 1000 * 0.25; };
  std::vector<Position> queries, database;
  for (int i = 0; i < 60; ++i) queries.push_back({coordinate(5e5), coordinate(4.1e6)});
  for (int i = 0; i < 300; ++i) database.push_back({coordinate(5e5), coordinate(4.1e6)});
  const Positives positives = vpr::radius_positives(queries, database, 25);
  for (std::size_t q = 0; q < queries.size(); ++q) {
    std::vector<std::int64_t> expected;
    for (std::size_t i = 0; i < database.size(); ++i) {
      if (vpr::squared_distance(queries[q], database[i]) <= 625) expected.push_back(static_cast<std::int64_t>(i));
    }
    CHECK(positives[q] == expected);
  }
}

TEST_CASE("A radius that is none, or photos without position, are refused") {
  const std::vector<Position> one{{0, 0}};
  CHECK_THROWS_AS(vpr::radius_positives(one, one, -1), vpr::ConfigError);
  CHECK_THROWS_AS(vpr::radius_positives(one, one, std::nan("")), vpr::ConfigError);
  const std::vector<Photo> known{{"a", "a", Position{0, 0}, ""}}, unknown{{"b", "some/b.jpg", {}, ""}};
  CHECK(vpr::radius_positives(known, known, 1) == Positives{{0}});
  CHECK_THROWS_WITH(vpr::radius_positives(known, unknown, 1), ContainsSubstring("some/b.jpg: its position is not known"));
}

TEST_CASE("Photos of the same place are positives") {
  const std::vector<Photo> queries{{"q1", "q1", {}, "x"}, {"q2", "q2", {}, "z"}, {"q3", "q3", {}, ""}};
  const std::vector<Photo> database{{"a", "a", {}, "x"}, {"b", "b", {}, "y"}, {"c", "c", {}, "x"}, {"d", "d", {}, ""}};
  CHECK(vpr::place_positives(queries, database) == Positives{{0, 2}, {}, {}});
}

namespace {
Positives brute_force(const std::vector<Position>& queries, const std::vector<Position>& database, double radius) {
  Positives positives(queries.size());
  for (std::size_t q = 0; q < queries.size(); ++q) {
    for (std::size_t i = 0; i < database.size(); ++i) {
      if (vpr::squared_distance(queries[q], database[i]) <= radius * radius) positives[q].push_back(static_cast<std::int64_t>(i));
    }
  }
  return positives;
}
}  // namespace

TEST_CASE("Across the border of two UTM zones photos are near where they are on the ground") {
  std::vector<Position> queries, database;
  for (int i = -20; i < 20; ++i) {
    database.push_back(vpr::utm_from_degrees(37.77 + 1e-5 * (i % 7), -120 + 1e-5 * i + 5e-6));
    queries.push_back(vpr::utm_from_degrees(37.77, -120 + 1.3e-5 * i + 4e-6));
  }
  CHECK_FALSE(vpr::same_plane(queries.front().zone, queries.back().zone));
  const Positives positives = vpr::radius_positives(queries, database, 25);
  CHECK(positives == brute_force(queries, database, 25));
  CHECK(std::count_if(positives[20].begin(), positives[20].end(), [&](auto i) { return database[i].zone.number == 10; }) > 5);

  const std::vector<Position> here{{500000, 4180000, {11, false}}}, there{{500000, 4180001, {10, false}}};
  CHECK(vpr::radius_positives(here, there, 25) == Positives{{}});
  CHECK(vpr::radius_positives(here, there, 600e3) == Positives{{0}});
}

TEST_CASE("Zones without a letter are compared in either hemisphere") {
  for (const double latitude : {-37.77, 37.77}) {
    auto west = vpr::utm_from_degrees(latitude, -120.00005), east = vpr::utm_from_degrees(latitude, -119.99995);
    for (Position* p : {&west, &east}) p->zone = {p->zone.number, false, false};
    CHECK(vpr::radius_positives(std::vector{west}, std::vector{east, west}, 25) == Positives{{0, 1}});
    CHECK(vpr::radius_positives(std::vector{west}, std::vector{east, west}, 8) == Positives{{1}});
  }
}

TEST_CASE("Positions that are not finite, or in degrees, are no metres") {
  const std::vector<Position> one{{0, 0}}, bad{{0, std::nan("")}};
  CHECK_THROWS_WITH(vpr::radius_positives(one, bad, 25), ContainsSubstring("expected finite numbers"));
  const std::vector<Photo> degrees{{"a", "a", Position{120.4123, 36.1601}, ""}, {"b", "b", Position{120.4523, 36.1901}, ""}};
  CHECK_THROWS_WITH(vpr::radius_positives(degrees, degrees, 25), ContainsSubstring("looks like degrees"));
}
