// SPDX-License-Identifier: MIT
#include <vpr/core/parallel.hpp>
#include <vpr/dataset/synthetic_town.hpp>

#include "tests/support/catch.hpp"

#include <algorithm>
#include <set>

using vpr::SyntheticTown;
using vpr::TownView;

namespace {
constexpr TownView views[] = {TownView::map, TownView::viewpoint, TownView::night, TownView::fog, TownView::traffic};

std::uint64_t checksum(const vpr::Image& image) {
  std::uint64_t sum = 0;
  for (const std::uint8_t byte : image.pixels()) sum = vpr::town::scramble(sum ^ byte);
  return sum;
}

double mean(const vpr::Image& image) {
  double sum = 0;
  for (const std::uint8_t byte : image.pixels()) sum += byte;
  return sum / static_cast<double>(image.pixels().size());
}
}  // namespace

TEST_CASE("A town's photos follow from its seed, whatever the compiler and the number of threads") {
  const vpr::TownSettings settings{.seed = 7, .places = 4, .size = {60, 80}};
  const SyntheticTown town(settings), same(settings);
  std::uint64_t sums[std::size(views)];
  vpr::parallel_for(std::size(views), [&](std::int64_t i) { sums[i] = checksum(same.render(2, views[i])); });
  std::set<std::uint64_t> different;
  for (std::size_t i = 0; i < std::size(views); ++i) {
    CHECK(checksum(town.render(2, views[i])) == sums[i]);
    different.insert(sums[i]);
  }
  CHECK(different.size() == std::size(views));
  CHECK(checksum(SyntheticTown({.seed = 8, .places = 4, .size = {60, 80}}).render(2, TownView::map)) != sums[0]);
  CHECK(sums[0] == 0xed659c1e8f4df8eU);
  CHECK(sums[2] == 0x3343c820927e68d3U);
}

TEST_CASE("Nights are dark, fog is pale and without contrast") {
  const SyntheticTown town({.places = 4, .size = {60, 80}});
  for (int place = 0; place < 4; ++place) {
    const auto spread = [](const vpr::Image& image) {
      const double middle = mean(image);
      double sum = 0;
      for (const std::uint8_t byte : image.pixels()) sum += (byte - middle) * (byte - middle);
      return std::sqrt(sum / static_cast<double>(image.pixels().size()));
    };
    const auto day = town.render(place, TownView::map);
    CHECK(mean(town.render(place, TownView::night)) < 0.75 * mean(day));
    CHECK(spread(town.render(place, TownView::fog)) < 0.8 * spread(day));
    CHECK(mean(town.render(place, TownView::fog)) > 100);
  }
}

TEST_CASE("Each query has its own place's photo within 25 m, and no other") {
  const SyntheticTown town;
  CHECK(town.places() == 60);
  for (int place = 0; place < town.places(); ++place) {
    for (const TownView view : vpr::town_queries) {
      const auto query = town.pose(place, view);
      CHECK((query.heading >= 0 && query.heading < 360));
      CHECK(query.height > 2);
      for (int other = 0; other < town.places(); ++other) {
        const auto map = town.pose(other, TownView::map);
        const double distance = std::hypot(query.east - map.east, query.north - map.north);
        CHECK((other == place ? distance < 10 : distance > 25));
      }
    }
  }
}

TEST_CASE("A query looks the way of its map photo, but for some degrees") {
  const SyntheticTown town({.places = 12});
  for (int place = 0; place < 12; ++place) {
    const double turned = std::remainder(town.pose(place, TownView::viewpoint).heading - town.pose(place, TownView::map).heading, 360.0);
    CHECK((std::abs(turned) > 5 && std::abs(turned) < 14));
  }
}

TEST_CASE("A town refuses settings and places that make no sense") {
  CHECK_THROWS_WITH(SyntheticTown({.places = 0}), ContainsSubstring("got 0 places"));
  CHECK_THROWS_AS(SyntheticTown({.size = {0, 80}}), vpr::ConfigError);
  CHECK_THROWS_AS(SyntheticTown({.size = {80, 9000}}), vpr::ConfigError);
  const SyntheticTown town({.places = 1, .size = {16, 16}});
  CHECK(town.render(0, TownView::map).size() == vpr::ImageSize{16, 16});
  CHECK_THROWS_WITH(town.render(1, TownView::map), ContainsSubstring("got place 1, expected 0 to 0"));
  CHECK_THROWS_AS(town.pose(-1, TownView::map), vpr::ConfigError);
}

TEST_CASE("A drive goes along its route step by step, looks ahead, and stays within the streets") {
  const SyntheticTown town({.places = 12, .size = {30, 40}});
  REQUIRE(town.streets() == 3);
  const vpr::TownCrossing route[] = {{0, 0}, {2, 0}, {2, 1}};
  const auto poses = town.drive(route, {.step = 4, .aside = -1});
  REQUIRE(poses.size() == 61);
  CHECK(poses[0].heading == Approx(90));
  CHECK(poses[0].north == Approx(4100000 - 1));
  CHECK(poses[10].east == Approx(500000 + 40));
  CHECK(poses[60].heading == Approx(0).margin(1e-9));
  CHECK(poses[60].east == Approx(500000 + 161));
  CHECK(poses[60].north == Approx(4100000 + 80));
  for (std::size_t i = 1; i < poses.size(); ++i)
    CHECK(std::hypot(poses[i].east - poses[i - 1].east, poses[i].north - poses[i - 1].north) < 6);
  CHECK(town.drive(route, {.step = 4, .from = 2}).size() == 60);
  CHECK_THROWS_AS(town.drive(std::vector<vpr::TownCrossing>{{0, 0}}), vpr::ConfigError);
  CHECK_THROWS_AS(town.drive(std::vector<vpr::TownCrossing>{{0, 0}, {3, 0}}), vpr::ConfigError);
  CHECK_THROWS_AS(town.drive(std::vector<vpr::TownCrossing>{{0, 0}, {1, 1}}), vpr::ConfigError);
  CHECK_THROWS_AS(town.drive(route, {.step = 0}), vpr::ConfigError);
}

TEST_CASE("A drive's photos are those of its light, and change little from step to step") {
  const SyntheticTown town({.places = 12, .size = {60, 80}});
  const vpr::TownCrossing route[] = {{0, 1}, {2, 1}};
  const auto poses = town.drive(route, {.step = 2});
  const auto difference = [](const vpr::Image& a, const vpr::Image& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.pixels().size(); ++i)
      sum += std::abs(static_cast<double>(a.pixels()[i]) - static_cast<double>(b.pixels()[i]));
    return sum / static_cast<double>(a.pixels().size());
  };
  const vpr::Image here = town.render(poses[20], TownView::map), next = town.render(poses[21], TownView::map),
                   away = town.render(poses[60], TownView::map), night = town.render(poses[20], TownView::night);
  CHECK(difference(here, next) < difference(here, away));
  CHECK(mean(night) < 0.7 * mean(here));
  CHECK(checksum(town.render(poses[20], TownView::map)) == checksum(here));
  CHECK(checksum(town.render(poses[20], TownView::map, 1)) != checksum(here));
}
