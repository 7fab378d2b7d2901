// SPDX-License-Identifier: MIT
#include <vpr/dataset/training_places.hpp>

#include "tests/support/catch.hpp"

#include <cmath>

using Indices = std::vector<std::int64_t>;

namespace {

vpr::TrainingPhoto at(double east, double north, double heading) {
  return {.path = "p.jpg", .heading = heading, .position = vpr::Position{east, north}};
}

vpr::TrainingPhoto frame(std::string video, double number) { return {.path = "p.jpg", .group = std::move(video), .time = number}; }

}  // namespace

TEST_CASE("Photos of equal group and id show one place") {
  const auto all = vpr::places_by_id({{.path = "0", .place = "7", .group = "B"},
                                      {.path = "1", .place = "7", .group = "A"},
                                      {.path = "2", .place = "", .group = "C"},
                                      {.path = "3", .place = "8", .group = "B"},
                                      {.path = "4", .place = "7", .group = "B"}});
  CHECK(all.photos.size() == 5);
  CHECK(all.groups == std::vector<std::string>{"B", "A"});
  REQUIRE(all.places.size() == 3);
  CHECK(all.places[0].name == "B 7");
  CHECK(all.places[0].photos == Indices{0, 4});
  CHECK(all.places[1].group == 1);
  CHECK(all.places[2].photos == Indices{3});
}

TEST_CASE("Photos without any place id are refused") {
  CHECK_THROWS_WITH(vpr::places_by_id({{.path = "0"}, {.path = "1"}}), ContainsSubstring("none of 2 photos has a place id"));
  CHECK_THROWS_AS(vpr::places_by_id({}), vpr::ConfigError);
}

TEST_CASE("Photos in one cell that look the same way show one place") {
  // CosPlace: class (east, north, heading) floored to 10, 10, 30; group the cell's remainders by 5, 5, 2.
  const auto all =
      vpr::places_by_cell({at(109.9, 20, 29.9), at(100, 29.9, 0), at(100, 20, 30), at(150, 20, 15), at(-0.1, 0, -1), at(100, 20, 360)});
  REQUIRE(all.places.size() == 4);
  CHECK(all.places[0].name == "-1 0 11");
  CHECK(all.places[0].photos == Indices{4});
  CHECK(all.groups[all.places[0].group] == "4 0 1");
  CHECK(all.places[1].name == "10 2 0");
  CHECK(all.places[1].photos == Indices{0, 1, 5});
  CHECK(all.groups[all.places[1].group] == "0 2 0");
  CHECK(all.places[2].photos == Indices{2});
  CHECK(all.groups[all.places[2].group] == "0 2 1");
  CHECK(all.places[3].photos == Indices{3});
  CHECK(all.places[3].group == all.places[1].group);  // 50 m apart
}

TEST_CASE("Places of one group of cells are never neighbours") {
  std::vector<vpr::TrainingPhoto> photos;
  for (int east = 0; east < 12; ++east) {
    for (int heading = 0; heading < 360; heading += 30) photos.push_back(at(10 * east + 5, 5, heading + 1));
  }
  const auto all = vpr::places_by_cell(photos, {.position_groups = 3});
  CHECK(all.groups.size() == 6);
  for (const auto& a : all.places) {
    for (const auto& b : all.places) {
      if (&a == &b || a.group != b.group) continue;
      const auto &first = photos[a.photos[0]], &second = photos[b.photos[0]];
      const double metres = std::abs(first.position->east - second.position->east);
      const double turn = std::abs(std::remainder(first.heading - second.heading, 360));
      CHECK((metres == 0 || metres >= 30));
      CHECK((turn == 0 || turn >= 60));
    }
  }
}

TEST_CASE("A cell of the whole turn asks for no heading") {
  const double unknown = std::nan("");
  CHECK(vpr::places_by_cell({at(1, 1, unknown), at(2, 2, 90)}, {.angle = 360}).places.size() == 1);
  CHECK_THROWS_WITH(vpr::places_by_cell({at(1, 1, unknown)}), ContainsSubstring("p.jpg: its heading is not known"));
  CHECK_THROWS_WITH(vpr::places_by_cell({{.path = "q.jpg"}}), ContainsSubstring("q.jpg: its position is not known"));
  CHECK_THROWS_AS(vpr::places_by_cell({at(1, 1, 1)}, {.side = 0}), vpr::ConfigError);
  CHECK_THROWS_AS(vpr::places_by_cell({at(1, 1, 1)}, {.angle = 361}), vpr::ConfigError);
  CHECK_THROWS_AS(vpr::places_by_cell({at(1, 1, 1)}, {.heading_groups = 0}), vpr::ConfigError);
  CHECK(vpr::places_by_cell({}).places.empty());
}

TEST_CASE("Consecutive frames of a video show one place; neighbours are in different groups") {
  std::vector<vpr::TrainingPhoto> photos;
  for (int i = 7; i > 0; --i) photos.push_back(frame("hall", i));  // photo 7 - i is frame i
  photos.push_back(frame("stairs", 5));
  photos.push_back(frame("stairs", 4));
  const auto all = vpr::places_by_sequence(photos, {.frames = 2});
  REQUIRE(all.places.size() == 4);
  CHECK(all.places[0].photos == Indices{6, 5});
  CHECK(all.places[1].photos == Indices{4, 3});
  CHECK(all.places[2].photos == Indices{2, 1});  // frame 7 is left over
  CHECK(all.places[3].photos == Indices{8, 7});
  CHECK(all.places[2].name == "hall 2");
  CHECK(all.places[0].group == 0);
  CHECK(all.places[1].group == 1);
  CHECK(all.places[2].group == 0);
  CHECK(all.places[3].group == 0);
  CHECK(all.groups == std::vector<std::string>{"0", "1"});
  CHECK(vpr::places_by_sequence(photos, {.frames = 2, .groups = INT64_MAX}).groups.size() == 3);  // as many as there are, not as may be
}

TEST_CASE("A gap between frames begins a new place") {
  const std::vector<vpr::TrainingPhoto> photos{frame("v", 1), frame("v", 3), frame("v", 4), frame("v", 5)};
  const auto strict = vpr::places_by_sequence(photos, {.frames = 3});
  REQUIRE(strict.places.size() == 1);
  CHECK(strict.places[0].photos == Indices{1, 2, 3});
  CHECK(vpr::places_by_sequence(photos, {.frames = 4, .longest_step = 2}).places.size() == 1);
  CHECK_THROWS_WITH(vpr::places_by_sequence({{.path = "q.jpg", .group = "v"}}), ContainsSubstring("q.jpg: its time is not known"));
  CHECK_THROWS_AS(vpr::places_by_sequence(photos, {.frames = 0}), vpr::ConfigError);
}

TEST_CASE("Cells of two UTM zones are two places, in two groups") {
  const auto in_zone = [](double east, int zone) {
    vpr::TrainingPhoto photo = at(east, 4180000, 0);
    photo.position->zone = {zone, false};
    return photo;
  };
  const auto all = vpr::places_by_cell({in_zone(500000, 10), in_zone(500000, 11), in_zone(500001, 10)});
  REQUIRE(all.places.size() == 2);
  CHECK(all.places[0].photos == Indices{0, 2});
  CHECK(all.places[0].group != all.places[1].group);
  CHECK(all.places[1].name == "UTM 11 north 50000 418000 0");
  CHECK(vpr::places_by_cell({in_zone(500000, 10)}).places[0].name == "50000 418000 0");
}

TEST_CASE("Cells refuse what is no place in metres") {
  CHECK_THROWS_WITH(vpr::places_by_cell({at(120.4123, 36.1601, 0), at(120.4523, 36.1901, 0)}), ContainsSubstring("looks like degrees"));
  CHECK_THROWS_WITH(vpr::places_by_cell({at(std::nan(""), 0, 0)}), ContainsSubstring("expected finite numbers"));
  CHECK_THROWS_WITH(vpr::places_by_cell({at(1e300, 0, 0)}), ContainsSubstring("cannot be metres"));
  CHECK_THROWS_WITH(vpr::places_by_cell({at(5, 0, 0)}, {.side = 1e-300}), ContainsSubstring("cannot be counted in cells"));
  CHECK_THROWS_WITH(vpr::places_by_cell({at(5, 0, 90)}, {.angle = 1e-300}), ContainsSubstring("cannot be counted in cells"));
  constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max();
  CHECK(vpr::places_by_cell({at(-5, 0, 0), at(15, 0, 0)}, {.position_groups = huge, .heading_groups = huge}).groups.size() == 2);
}
