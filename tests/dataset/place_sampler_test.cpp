// SPDX-License-Identifier: MIT
#include <vpr/dataset/place_sampler.hpp>

#include "tests/support/catch.hpp"

#include <set>

using Indices = std::vector<std::int64_t>;

namespace {

/// Groups of places, each place with so many photos, a month apart.
vpr::TrainingPlaces town(const std::vector<Indices>& photos_of) {
  vpr::TrainingPlaces all;
  for (std::size_t g = 0; g < photos_of.size(); ++g) {
    all.groups.push_back(std::to_string(g));
    for (const std::int64_t count : photos_of[g]) {
      vpr::TrainingPlace& place = all.places.emplace_back(vpr::TrainingPlace{"", static_cast<std::int64_t>(g), {}});
      for (std::int64_t i = 0; i < count; ++i) {
        place.photos.push_back(static_cast<std::int64_t>(all.photos.size()));
        all.photos.push_back({.path = "photo", .time = static_cast<double>(i)});
      }
    }
  }
  return all;
}

}  // namespace

TEST_CASE("An epoch shows each place once, a batch the places of one group") {
  const auto all = town({Indices(7, 4), Indices(9, 5), Indices(2, 6)});
  const vpr::PlaceSampler sampler(all, {.places = 3, .photos = 4, .seed = 1});
  CHECK(sampler.batches_per_epoch() == 5);  // 2 of 7 places, 3 of 9; the group of 2 fills none
  std::set<std::int64_t> seen;
  for (std::int64_t b = 0; b < 5; ++b) {
    const auto batch = sampler.batch(b);
    CHECK(batch.epoch == 0);
    REQUIRE(batch.places.size() == 3);
    for (const auto place : batch.places) {
      CHECK(all.places[place].group == all.places[batch.places[0]].group);
      CHECK(seen.insert(place).second);
      const auto photos = sampler.choose_photos(place, batch.epoch);
      CHECK(std::set<std::int64_t>(photos.begin(), photos.end()).size() == 4);
      for (const auto photo : photos) CHECK(std::count(all.places[place].photos.begin(), all.places[place].photos.end(), photo) == 1);
    }
  }
  CHECK(sampler.batch(5).epoch == 1);
  CHECK(sampler.batch(14).epoch == 2);
}

TEST_CASE("Batches follow from seed and index alone, in any order of asking") {
  const auto all = town({Indices(20, 8), Indices(20, 8)});
  const vpr::PlaceSampler first(all, {.places = 4, .photos = 3, .seed = 7}), second(all, {.places = 4, .photos = 3, .seed = 7});
  const vpr::PlaceSampler other(all, {.places = 4, .photos = 3, .seed = 8});
  std::vector<Indices> places;
  for (std::int64_t b = 0; b < 30; ++b) places.push_back(first.batch(b).places);
  int same = 0;
  for (std::int64_t b = 29; b >= 0; --b) {
    CHECK(second.batch(b).places == places[b]);
    same += other.batch(b).places == places[b];
  }
  CHECK(same == 0);
  CHECK(places[0] != places[10]);  // another epoch, another order
  CHECK(first.choose_photos(5, 3) == second.choose_photos(5, 3));
  CHECK(first.choose_photos(5, 3) != first.choose_photos(5, 4));
  CHECK(first.augmentation(9, 2)() == second.augmentation(9, 2)());
  CHECK(first.augmentation(9, 2)() != first.augmentation(9, 3)());
  CHECK(first.augmentation(9, 2)() != first.augmentation(10, 2)());
}

TEST_CASE("Every photo of a place comes up as often as any other") {
  const auto all = town({{6}});
  const vpr::PlaceSampler sampler(all, {.places = 1, .photos = 2});
  std::vector<int> hits(6);
  for (int epoch = 0; epoch < 3000; ++epoch) {
    for (const auto photo : sampler.choose_photos(0, epoch)) ++hits[photo];
  }
  for (const int count : hits) CHECK(std::abs(count - 1000) < 130);  // five standard deviations
}

TEST_CASE("Places with too few photos are left out and counted") {
  const auto all = town({{4, 3, 4, 0, 9}});
  const vpr::PlaceSampler sampler(all, {.places = 1, .photos = 4});
  CHECK(sampler.batches_per_epoch() == 3);
  CHECK(sampler.places_left_out() == 2);
  CHECK(sampler.photos_left_out() == 3);
}

TEST_CASE("Short batches keep what is left of a group") {
  const auto all = town({Indices(5, 2), Indices(1, 2)});
  const vpr::PlaceSampler sampler(all, {.places = 2, .photos = 2, .short_batches = true});
  REQUIRE(sampler.batches_per_epoch() == 4);
  std::size_t places = 0;
  for (std::int64_t b = 0; b < 4; ++b) places += sampler.batch(b).places.size();
  CHECK(places == 6);
}

TEST_CASE("Groups may be mixed") {
  const auto all = town({Indices(1, 2), Indices(1, 2)});
  const vpr::PlaceSampler sampler(all, {.places = 2, .photos = 2, .one_group = false});
  CHECK(sampler.batch(0).places.size() == 2);
  CHECK(sampler.spare_places(sampler.batch(0)).empty());
}

TEST_CASE("Photos of a place are as far apart in time as asked, wherever that is possible") {
  auto all = town({Indices(1, 9)});  // months 0 to 8
  const vpr::PlaceSampler sampler(all, {.places = 1, .photos = 3, .apart = 4});
  std::set<Indices> chosen;
  for (std::int64_t epoch = 0; epoch < 50; ++epoch) {
    auto photos = sampler.choose_photos(0, epoch);
    std::sort(photos.begin(), photos.end());
    chosen.insert(photos);
  }
  CHECK(chosen == std::set<Indices>{{0, 4, 8}});

  const vpr::PlaceSampler pairs(all, {.places = 1, .photos = 2, .apart = 7});
  chosen.clear();
  for (std::int64_t epoch = 0; epoch < 200; ++epoch) {
    auto photos = pairs.choose_photos(0, epoch);
    std::sort(photos.begin(), photos.end());
    chosen.insert(photos);
  }
  CHECK(chosen == std::set<Indices>{{0, 7}, {0, 8}, {1, 8}});

  CHECK_THROWS_WITH(vpr::PlaceSampler(all, {.places = 1, .photos = 3, .apart = 4.5}),
                    ContainsSubstring("3 photos or more each that are 4.5 apart in time; the largest of 1 places has 2, and 0 have"));
  all.photos[5].time = std::nan("");
  all.photos[5].path = "five.jpg";
  CHECK_THROWS_WITH(vpr::PlaceSampler(all, {.places = 1, .photos = 3, .apart = 4}), ContainsSubstring("five.jpg: its time is not known"));
  CHECK_NOTHROW(vpr::PlaceSampler(all, {.places = 1, .photos = 3}));
}

TEST_CASE("A bad photo's slot goes to another photo, the rest stay; spares are the group's other places") {
  const auto all = town({Indices(6, 5), Indices(2, 5)});
  const vpr::PlaceSampler sampler(all, {.places = 2, .photos = 3});
  const auto chosen = sampler.choose_photos(1, 0);
  const auto without = sampler.choose_photos(1, 0, {chosen[1]});
  REQUIRE(without.size() == 3);
  CHECK(without[0] == chosen[0]);
  CHECK(without[1] == chosen[2]);
  CHECK(sampler.choose_photos(1, 0, {chosen[0], chosen[1], chosen[2]}).empty());

  const auto batch = sampler.batch(0);
  const auto spares = sampler.spare_places(batch);
  const bool first_group = all.places[batch.places[0]].group == 0;
  CHECK(spares.size() == (first_group ? 4u : 0u));
  for (const auto place : spares) CHECK(std::count(batch.places.begin(), batch.places.end(), place) == 0);
}

TEST_CASE("A sampler that can't fill a batch says why") {
  const auto all = town({Indices(5, 4), Indices(3, 4)});
  CHECK_THROWS_WITH(
      vpr::PlaceSampler(all, {.places = 6, .photos = 4}),
      ContainsSubstring(
          "no batch fills: it takes 6 places of one group with 4 photos or more each; the largest of 8 places has 4, and 5 have "
          "enough in the best group"));
  CHECK_THROWS_WITH(vpr::PlaceSampler(all, {.places = 2, .photos = 5, .one_group = false}),
                    ContainsSubstring("it takes 2 places with 5 photos or more each; the largest of 8 places has 4, and 0 have enough;"));
  CHECK_THROWS_AS(vpr::PlaceSampler(all, {.places = 0}), vpr::ConfigError);
  CHECK_THROWS_AS(vpr::PlaceSampler(all, {.apart = -1}), vpr::ConfigError);
  CHECK_THROWS_AS(vpr::PlaceSampler({}, {}), vpr::ConfigError);
  const vpr::PlaceSampler sampler(all, {.places = 3});
  CHECK_THROWS_AS(sampler.batch(-1), vpr::ConfigError);
}

TEST_CASE("A batch of more photos than can be counted is refused with the limit") {
  const auto all = town({Indices(5, 4)});
  constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max();
  for (const bool short_batches : {false, true}) {
    for (const auto& [places, photos] :
         {std::pair{huge, huge}, {huge, std::int64_t{1}}, {std::int64_t{1}, huge}, {std::int64_t{1} << 31, std::int64_t{1}}}) {
      CHECK_THROWS_WITH(vpr::PlaceSampler(all, {.places = places, .photos = photos, .short_batches = short_batches}),
                        ContainsSubstring("expected at most 2147483647 photos in a batch"));
    }
  }
  CHECK(vpr::PlaceSampler(all, {.places = (std::int64_t{1} << 31) - 1, .photos = 1, .short_batches = true}).batches_per_epoch() == 1);
}

TEST_CASE("Places of photos or groups that are not there, or of a photo twice, are refused") {
  auto all = town({Indices(5, 4)});
  all.places[1].photos.push_back(20);
  CHECK_THROWS_WITH(vpr::PlaceSampler(all, {.places = 2}), ContainsSubstring("has photo 20, there are 20"));
  all.places[1].photos.back() = -1;
  CHECK_THROWS_AS(vpr::PlaceSampler(all, {.places = 2}), vpr::ConfigError);
  all.places[1].photos.back() = all.places[1].photos.front();
  CHECK_THROWS_WITH(vpr::PlaceSampler(all, {.places = 2}), ContainsSubstring("has photo 4 twice"));
  all.places[1].photos.pop_back();
  all.places[1].group = 7;
  CHECK_THROWS_WITH(vpr::PlaceSampler(all, {.places = 2}), ContainsSubstring("is of group 7, there are 1"));
}
