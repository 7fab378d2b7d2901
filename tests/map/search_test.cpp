// SPDX-License-Identifier: MIT
#include <vpr/map/place_map.hpp>

#include "tests/map/map_test.hpp"
#include "tests/support/threads.hpp"

#include <vpr/index/flat.hpp>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

using namespace vpr;
using namespace vpr::test;

namespace {

/// What a flat index of the descriptors as they are kept finds among the places that are allowed.
template <class Metric>
std::vector<Matches> by_flat_index(const MapSnapshot& map, Rows queries, std::int64_t k, const std::function<bool(const Place&)>& allowed) {
  std::vector<std::int64_t> ids;
  std::vector<float> kept;
  map.each([&](const Place& place) {
    if (!allowed(place)) return;
    ids.push_back(place.id);
    const std::vector<float> one = map.descriptor(place.id);
    kept.insert(kept.end(), one.begin(), one.end());
  });
  std::vector<Matches> found;
  if (map.precision() == MapPrecision::binary) {
    BinaryIndex index((map.dim() + 63) / 64 * 64);
    index.add(sign_codes(Rows(kept.data(), std::ssize(ids), map.dim())));
    found = index.search(sign_codes(queries), k);
  } else {
    FlatIndex<Metric> index(map.dim());
    index.add(Rows(kept.data(), std::ssize(ids), map.dim()));
    found = index.search(queries, k);
  }
  for (Matches& matches : found) {
    for (Match& match : matches) match.id = ids[static_cast<std::size_t>(match.id)];
  }
  return found;
}

constexpr MapPrecision all_precisions[] = {MapPrecision::float32, MapPrecision::bf16, MapPrecision::int8, MapPrecision::binary};

}  // namespace

TEST_CASE("A map finds what a flat index of the kept descriptors finds, to the last bit, on any number of threads") {
  const TemporaryFolder folder;
  int number = 0;
  for (const MapPrecision precision : all_precisions) {
    for (const std::int64_t dim : {1, 3, 64, 130, 513}) {
      PlaceMap map = PlaceMap::create(folder.file(std::to_string(number++)), {dim, precision, {}});
      const std::vector<float> queries = descriptors_of(-7, 7, dim);
      const Rows rows(queries.data(), 7, dim);
      for (const std::int64_t more : {1, 62, 1, 1, 200, 1000}) {
        add(map, map.size(), more);
        INFO(name_of(precision) << ", " << dim << " dimensions, " << map.size() << " places");
        const MapSnapshot snapshot = map.snapshot();
        for (const int threads : {1, 3}) {
          const Threads several(threads);
          for (const std::int64_t k : {0, 1, 10, 2000}) {
            CHECK(snapshot.search<InnerProduct>(rows, k) ==
                  by_flat_index<InnerProduct>(snapshot, rows, k, [](const Place&) { return true; }));
            CHECK(snapshot.search<L2>(rows, k) == by_flat_index<L2>(snapshot, rows, k, [](const Place&) { return true; }));
          }
        }
      }
    }
  }
}

TEST_CASE("Queries of a large batch get the answers that each gets alone") {
  const TemporaryFolder folder;
  PlaceMap map = PlaceMap::create(folder.file("m"), {20, MapPrecision::bf16, {}});
  add(map, 0, 700);
  const std::vector<float> queries = descriptors_of(1000, 600, 20);
  const std::vector<Matches> together = map.search(Rows(queries.data(), 600, 20), 5);
  for (const std::int64_t q : {0, 255, 256, 599})
    CHECK(map.search(Rows(queries.data() + 20 * q, 1, 20), 5)[0] == together[static_cast<std::size_t>(q)]);
}

TEST_CASE("Equal descriptors come by lower id, and removed places are not found") {
  const TemporaryFolder folder;
  for (const MapPrecision precision : all_precisions) {
    PlaceMap map = PlaceMap::create(folder.file(std::string(name_of(precision))), {8, precision, {}});
    std::vector<float> same;
    for (int i = 0; i < 300; ++i) same.insert(same.end(), {1, -1, 1, 1, -1, 1, 1, 1});
    map.add(places_of(0, 300), Rows(same.data(), 300, 8));
    map.remove(std::vector<std::int64_t>{0, 1, 3, 299});
    const Matches found = map.search(Rows(same.data(), 1, 8), 300)[0];
    REQUIRE(found.size() == 296);
    CHECK(found[0].id == 2);
    CHECK(found[1].id == 4);
    CHECK(found.back().id == 298);
  }
}

TEST_CASE("A filter's parts leave out what they say, each and together") {
  const TemporaryFolder folder;
  for (const MapPrecision precision : all_precisions) {
    const std::int64_t dim = 30;
    PlaceMap map = PlaceMap::create(folder.file(std::string(name_of(precision))), {dim, precision, {}});
    add(map, 0, 800);
    map.remove(std::vector<std::int64_t>{799, 400});
    const std::vector<float> queries = descriptors_of(5000, 3, dim);
    const Rows rows(queries.data(), 3, dim);
    const MapSnapshot snapshot = map.snapshot();
    const auto check = [&](const PlaceFilter& filter, const std::function<bool(const Place&)>& allowed) {
      const auto expected = by_flat_index<InnerProduct>(snapshot, rows, 1000, allowed);
      CHECK(snapshot.search(rows, 1000, filter) == expected);
      CHECK(snapshot.search(rows, 7, filter) == by_flat_index<InnerProduct>(snapshot, rows, 7, allowed));
      CHECK(expected[0].size() > 0);
      CHECK(expected[0].size() < 798);
    };
    check({.sessions = {{"drive 1", "never driven"}}}, [](const Place& p) { return p.session == "drive 1"; });
    check({.exclude_sessions = {"drive 1"}}, [](const Place& p) { return p.session != "drive 1"; });
    check({.from = 1100, .until = 1200}, [](const Place& p) { return p.time && *p.time >= 1100 && *p.time <= 1200; });
    const Position centre{503000, 4099700, {17, false}};
    check({.near = {{centre, 255}}}, [&](const Place& p) { return p.position && squared_distance(*p.position, centre) <= 255.0 * 255; });
    const Position other_zone = utm_from_degrees(37.0, -84.1, {16, false});
    check({.near = {{other_zone, 300000}}},
          [&](const Place& p) { return p.position && squared_distance(*p.position, other_zone) <= 9e10; });
    check({.exclude_last = 100}, [](const Place& p) { return p.id < 699; });
    check({.exclude_last_seconds = 50.5}, [](const Place& p) { return !p.time || *p.time <= 1797 - 50.5; });
    check({.exclude = {700, 3, 5, 699}}, [](const Place& p) { return p.id != 700 && p.id != 3 && p.id != 5 && p.id != 699; });
    check({.sessions = {{"drive 0", "drive 2"}}, .until = 1500, .exclude_last = 350, .exclude = {2}},
          [](const Place& p) { return p.session != "drive 1" && p.time && *p.time <= 1500 && p.id < 448 && p.id != 2; });
    CHECK(snapshot.search(rows, 5, {.sessions = std::vector<std::string>{}})[0].empty());
    CHECK(snapshot.search(rows, 5, {.exclude_last = 5000})[0].empty());
    CHECK_THROWS_AS(snapshot.search(rows, 5, {.exclude_last = -1}), ConfigError);
    CHECK_THROWS_AS(snapshot.search(rows, 5, {.near = {{centre, -1}}}), ConfigError);
  }
}
