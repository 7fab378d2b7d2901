// SPDX-License-Identifier: MIT
#ifdef VPR_WITH_HNSW
#include <vpr/map/place_graph.hpp>

#include "tests/map/map_test.hpp"

#include <algorithm>
#include <fstream>
#include <string>

using namespace vpr;
using namespace vpr::test;

namespace {

constexpr std::int64_t dim = 20, count = 1500;

struct GraphTest {
  TemporaryFolder folder;
  std::string path = folder.file("m"), file = folder.file("m.hnsw");
  std::vector<float> questions = random_floats(30 * dim, 99);
  Rows queries{questions.data(), 30, dim};

  PlaceMap map(MapPrecision precision = MapPrecision::bf16) const {
    PlaceMap map = PlaceMap::create(path, {dim, precision, {.model = "salad"}});
    add(map, 0, count);
    return map;
  }
};

/// The share of the exact answers, each with every bit of its score, that were found.
double recall(const std::vector<Matches>& found, const std::vector<Matches>& exact) {
  double hits = 0, all = 0;
  for (std::size_t q = 0; q < exact.size(); ++q) {
    for (const Match& match : exact[q]) {
      hits += std::find(found[q].begin(), found[q].end(), match) != found[q].end() ? 1 : 0;
      ++all;
    }
  }
  return hits / all;
}

}  // namespace

TEST_CASE("Of a map's places a graph finds nearly all of the best, and where it looks at all of them the answer of the exact search") {
  const auto check = [](const GraphTest& test, const MapSnapshot& now, auto graph, const std::vector<Matches>& exact) {
    CHECK(recall(graph.search(now, test.queries, 10), exact) >= 0.97);
    graph.set_search(count);
    CHECK(graph.search(now, test.queries, 10) == exact);
  };
  for (const MapPrecision precision : {MapPrecision::float32, MapPrecision::bf16, MapPrecision::int8}) {
    const GraphTest test;
    const MapSnapshot now = test.map(precision).snapshot();
    if (precision == MapPrecision::bf16) {
      check(test, now, PlaceGraph<L2>(now), now.search<L2>(test.queries, 10));
    } else {
      check(test, now, PlaceGraph(now), now.search(test.queries, 10));
    }
  }
}

TEST_CASE("A graph is filtered as the exact search is") {
  const GraphTest test;
  PlaceMap map = test.map();
  map.remove(std::vector<std::int64_t>{3, 700});
  const MapSnapshot now = map.snapshot();
  PlaceGraph graph(now);
  const Position here = *place_of(701).position;
  const std::vector<PlaceFilter> filters{
      {.sessions = {{"drive 1"}}}, {.exclude_sessions = {"drive 1"}}, {.until = 1900}, {.from = 1200}, {.near = {{here, 2500}}},
      {.exclude_last = 400},       {.exclude_last_seconds = 700}};
  for (const PlaceFilter& filter : filters)
    CHECK(recall(graph.search(now, test.queries, 10, filter), now.search(test.queries, 10, filter)) >= 0.95);
  graph.set_search(count);
  for (const PlaceFilter& filter : filters) CHECK(graph.search(now, test.queries, 10, filter) == now.search(test.queries, 10, filter));
  // So few places that they are looked at one by one.
  const PlaceFilter few{.until = 1040};
  CHECK(graph.search(now, test.queries, 60, few) == now.search(test.queries, 60, few));
  CHECK(graph.search(now, test.queries, 0) == now.search(test.queries, 0));
  CHECK_THROWS_AS(graph.search(now, test.queries, 5, {.exclude_last = -1}), ConfigError);
}

TEST_CASE("A graph that was saved goes on with the map, which was added to, changed, removed from and compacted meanwhile") {
  const GraphTest test;
  {
    const PlaceMap map = test.map();
    PlaceGraph graph(map.snapshot());
    graph.set_search(2 * count);
    graph.save(test.file);
  }
  PlaceMap map = PlaceMap::open(test.path, MapAccess::write);
  const MapSnapshot before = map.snapshot();
  PlaceGraph graph = PlaceGraph<>::load(test.file);
  CHECK(graph.search(before, test.queries, 10) == before.search(test.queries, 10));
  map.attach("note", "which changes no place");
  CHECK(graph.is_of(map.snapshot()));

  add(map, count, 100);
  map.remove(std::vector<std::int64_t>{0, 10, 20, count + 5});
  Place moved = place_of(30);
  moved.id = 30;
  map.replace(moved, descriptor_of(5000, dim));
  MapSnapshot now = map.snapshot();
  CHECK_FALSE(graph.is_of(now));
  CHECK_THROWS_WITH(graph.search(now, test.queries, 10), test.path + ": has changed since its graph was made: update the graph");
  CHECK(graph.search(before, test.queries, 10) == before.search(test.queries, 10));
  PlaceGraph later = PlaceGraph<>::load(test.file);  // in another process
  CHECK(later.update(now) == 99 + 3 + 1);
  CHECK(graph.update(now) == 99 + 3 + 1);
  CHECK(graph.update(now) == 0);
  CHECK(graph.search(now, test.queries, 10) == now.search(test.queries, 10));
  CHECK(later.search(now, test.queries, 10) == now.search(test.queries, 10));
  later.save(test.file);

  map.compact();
  now = map.snapshot();
  later = PlaceGraph<>::load(test.file);
  CHECK(later.update(now) == 0);
  CHECK(later.size() == count + 99);
  CHECK(later.search(now, test.queries, 10) == now.search(test.queries, 10));
  // Most of it goes: made anew, it holds nothing of what is gone.
  std::vector<std::int64_t> most;
  now.each([&](const Place& place) {
    if (place.id % 10 != 0) most.push_back(place.id);
  });
  map.remove(most);
  now = map.snapshot();
  CHECK(later.update(now) == now.size());
  CHECK(later.size() == now.size());
  CHECK(later.search(now, test.queries, 10) == now.search(test.queries, 10));
}

TEST_CASE("A graph that follows a map's changes, one after another, is one of the whole map each time") {
  constexpr std::int64_t long_dim = 600;  // blocks of 64 places
  const TemporaryFolder folder;
  PlaceMap map = PlaceMap::create(folder.file("m"), {long_dim, MapPrecision::float32, {}});
  std::int64_t next = 300, gone = 0;
  add(map, 0, next);
  PlaceGraph graph(map.snapshot(), {.links = 8, .build = 40, .search = 1000});
  const std::vector<float> questions = random_floats(5 * long_dim, 99);
  const Rows queries(questions.data(), 5, long_dim);
  const auto follows = [&](std::int64_t changes) {
    const MapSnapshot now = map.snapshot();
    CHECK(graph.update(now) == changes);
    CHECK(graph.update(now) == 0);
    CHECK(graph.size() == now.size() + gone);
    CHECK(graph.search(now, queries, 20) == now.search(queries, 20));
  };
  for (const std::int64_t id : {std::int64_t{70}, std::int64_t{299}, std::int64_t{64}, std::int64_t{127}}) {
    add(map, next, 30);
    next += 30;
    follows(30);
    map.remove(std::vector{id});
    ++gone;
    follows(1);
    Place other = place_of(id - 1);
    other.id = id - 1;
    map.replace(other, descriptor_of(1000 + id, long_dim));
    follows(1);
  }
  std::vector<std::int64_t> many;  // with those that are gone, just half of it; then one more
  for (std::int64_t id = 150; id < 354; ++id) {
    if (id != 299) many.push_back(id);
  }
  map.remove(many);
  gone += std::ssize(many);
  follows(std::ssize(many));
  CHECK(2 * gone <= graph.size());
  map.remove(std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 6, 7});
  CHECK(graph.update(map.snapshot()) == map.size());  // made anew
  CHECK(graph.size() == map.size());
}

TEST_CASE("Graphs that are damaged or of another map are named, and codes are refused") {
  const GraphTest test;
  const MapSnapshot now = test.map().snapshot();
  PlaceGraph(now).save(test.file);
  std::string bytes = file_content(test.file);
  bytes[bytes.size() / 2] ^= 1;
  std::ofstream(test.file, std::ios::binary) << bytes;
  CHECK_THROWS_WITH(PlaceGraph<>::load(test.file),
                    test.file + ": was damaged: its checksum does not fit; delete it, and make the graph again");
  save_hnsw(test.file, HnswIndex<>(dim));
  CHECK_THROWS_AS(PlaceGraph<>::load(test.file), FormatError);  // without a list of places
  CHECK_THROWS_AS(PlaceGraph<>::load(test.folder.file("none")), IoError);

  PlaceMap empty = PlaceMap::create(test.folder.file("empty"), {dim, MapPrecision::bf16, {}});
  CHECK(PlaceGraph(empty.snapshot()).search(empty.snapshot(), test.queries, 3)[0].empty());
  for (const std::int64_t of_other : {dim, dim + 1}) {
    PlaceMap other = PlaceMap::create(test.folder.file("other " + std::to_string(of_other)), {of_other, MapPrecision::bf16, {}});
    add(other, 3000, 200);
    PlaceGraph graph(other.snapshot(), {.search = count});
    CHECK(graph.update(now) == count);
    CHECK(graph.search(now, test.queries, 10) == now.search(test.queries, 10));
  }

  const PlaceMap codes = PlaceMap::create(test.folder.file("codes"), {64, MapPrecision::binary, {}});
  CHECK_THROWS_AS(PlaceGraph(codes.snapshot()), ConfigError);
}
#endif
