// SPDX-License-Identifier: MIT
#include <vpr/map/place_map.hpp>

#include "tests/map/map_test.hpp"

#include <vpr/matcher/rerank.hpp>

#include <cstdint>
#include <filesystem>
#include <limits>
#include <numeric>
#include <set>
#include <string>
#include <vector>

using namespace vpr;
using namespace vpr::test;

namespace {
constexpr std::int64_t dim = 24;
MapSettings settings(MapPrecision precision = MapPrecision::float32) {
  return {dim, precision, {.model = "salad", .weights_hash = "xxh3:0123", .size = "224x224"}};
}
}  // namespace

TEST_CASE("A map gives back what was added, after it was closed too, in every precision") {
  for (const MapPrecision precision : {MapPrecision::float32, MapPrecision::bf16, MapPrecision::int8, MapPrecision::binary}) {
    INFO(name_of(precision));
    const TemporaryFolder folder;
    const std::string path = folder.file("places.map");
    std::vector<std::vector<float>> kept;
    {
      PlaceMap map = PlaceMap::create(path, settings(precision));
      CHECK(map.size() == 0);
      CHECK(map.search(Rows(descriptor_of(0, dim).data(), 1, dim), 3) == std::vector<Matches>(1));
      std::vector<std::int64_t> ids(500);
      std::iota(ids.begin(), ids.end(), 0);
      std::vector<std::int64_t> given = add(map, 0, 1);
      for (const auto& [first, count] : {std::pair(1, 130), std::pair(131, 369)}) {
        const auto more = add(map, first, count);
        given.insert(given.end(), more.begin(), more.end());
      }
      CHECK(given == ids);
      for (const std::int64_t id : ids) kept.push_back(map.snapshot().descriptor(id));
    }
    const PlaceMap map = PlaceMap::open(path);
    const MapSnapshot snapshot = map.snapshot();
    CHECK(snapshot.size() == 500);
    CHECK(snapshot.dim() == dim);
    CHECK(snapshot.precision() == precision);
    CHECK(snapshot.record() == settings().record);
    CHECK(snapshot.sessions() == std::vector<std::string>{"drive 0", "drive 1", "drive 2"});
    std::int64_t next = 0;
    snapshot.each([&](const Place& place) {
      CHECK(place.id == next);
      check_same(place, place_of(next));
      check_same(snapshot.place(next), place_of(next));
      const std::vector<float> expected = descriptor_of(next, dim), found = snapshot.descriptor(next);
      CHECK(found == kept[static_cast<std::size_t>(next)]);
      const float bound[] = {0, 1.0F / 256, 1.0F / 250, 2};
      CHECK(largest_difference(found, expected) <= bound[static_cast<std::size_t>(precision)]);
      ++next;
    });
    CHECK(next == 500);
    CHECK(map.verify().empty());
  }
}

TEST_CASE("A place with a pose and no position is where its pose is") {
  const TemporaryFolder folder;
  PlaceMap map = PlaceMap::create(folder.file("m"), settings());
  const std::int64_t id = map.add(Place{.pose = Pose{{3, 4, 5}, {1, 0, 0, 0}}}, descriptor_of(0, dim));
  const Place place = map.snapshot().place(id);
  REQUIRE(place.position.has_value());
  CHECK(place.position->east == 3);
  CHECK(place.position->north == 4);
  CHECK(place.position->zone.number == 0);
}

TEST_CASE("Places are replaced and removed by id, and ids are never given again") {
  const TemporaryFolder folder;
  PlaceMap map = PlaceMap::create(folder.file("m"), settings());
  add(map, 0, 300);
  Place other = place_of(1000);
  other.id = 70;
  map.replace(other, descriptor_of(1000, dim));
  const std::vector<std::int64_t> gone{0, 63, 64, 299};
  map.remove(gone);
  CHECK(map.size() == 296);
  const MapSnapshot snapshot = map.snapshot();
  check_same(snapshot.place(70), place_of(1000));
  CHECK(snapshot.descriptor(70) == descriptor_of(1000, dim));
  check_same(snapshot.place(71), place_of(71));
  for (const std::int64_t id : gone) {
    CHECK_FALSE(snapshot.contains(id));
    CHECK_THROWS_WITH(snapshot.place(id), ContainsSubstring("there is no place " + std::to_string(id)));
  }
  CHECK(add(map, 300, 2) == std::vector<std::int64_t>{300, 301});
  CHECK_FALSE(snapshot.contains(300));  // it is of the time before
  CHECK_THROWS_AS(map.remove(std::vector<std::int64_t>{5, 63}), ConfigError);
  CHECK_THROWS_WITH(map.remove(std::vector<std::int64_t>{5, 5}), ContainsSubstring("given twice"));
  CHECK(map.snapshot().contains(5));
  CHECK_THROWS_AS(map.replace(Place{.id = 63}, descriptor_of(0, dim)), ConfigError);
  CHECK(map.verify().empty());
}

TEST_CASE("A compacted map has the same places, ids, features and attachments in less room") {
  const TemporaryFolder folder;
  const std::string path = folder.file("m");
  for (const MapPrecision precision : {MapPrecision::int8, MapPrecision::bf16}) {
    std::filesystem::remove(path);
    PlaceMap map = PlaceMap::create(path, settings(precision));
    for (std::int64_t i = 0; i < 3000; i += 300) add(map, i, 300);
    const LocalFeatures features{{2, 3}, 4, random_floats(24, 5)};
    map.put_features(2501, features, LocalPrecision::float32);
    map.attach("pca", "bytes");
    const PlaceMap reader = PlaceMap::open(path);  // goes on with the new file
    std::vector<std::int64_t> gone;
    for (std::int64_t id = 0; id < 3000; ++id) {
      if (id % 10 != 1) gone.push_back(id);
    }
    map.remove(gone);
    const MapSnapshot before = map.snapshot();
    const std::uint64_t bytes = map.bytes();
    map.compact();
    CHECK(map.bytes() < bytes / 2);
    const MapSnapshot after = reader.snapshot();
    CHECK(after.size() == 300);
    std::vector<std::int64_t> ids;
    after.each([&](const Place& place) {
      ids.push_back(place.id);
      check_same(place, place_of(place.id));
      CHECK(after.descriptor(place.id) == before.descriptor(place.id));
    });
    CHECK(std::ssize(ids) == 300);
    CHECK(ids.front() == 1);
    CHECK(after.features(2501) == features);
    CHECK(after.attachment("pca") == "bytes");
    CHECK(map.verify().empty());
    CHECK(add(map, 3000, 1) == std::vector<std::int64_t>{3000});
    CHECK(reader.size() == 301);
    std::size_t files = 0;
    for ([[maybe_unused]] const auto& file : std::filesystem::directory_iterator(folder.path())) ++files;
    CHECK(files == 2);  // the map and its lock
  }
}

TEST_CASE("Maps of one model are merged, others are refused with what differs") {
  const TemporaryFolder folder;
  PlaceMap map = PlaceMap::create(folder.file("a"), settings(MapPrecision::int8)),
           other = PlaceMap::create(folder.file("b"), settings(MapPrecision::int8));
  add(map, 0, 100);
  add(other, 100, 150);
  other.remove(std::vector<std::int64_t>{3});
  other.put_features(4, {{1, 2}, 3, {1, 2, 3, 4, 5, 6}});
  const std::vector<std::int64_t> ids = map.merge(other);
  REQUIRE(ids.size() == 149);
  CHECK(ids.front() == 100);
  CHECK(ids.back() == 248);
  const MapSnapshot merged = map.snapshot(), from = other.snapshot();
  CHECK(merged.size() == 249);
  std::size_t next = 0;
  from.each([&](const Place& place) {
    check_same(merged.place(ids[next]), place);
    CHECK(merged.descriptor(ids[next++]) == from.descriptor(place.id));
  });
  CHECK(merged.features(ids[3]) == from.features(4));
  CHECK(map.verify().empty());

  CHECK_THROWS_WITH(map.merge(map), ContainsSubstring("into itself"));
  MapSettings differing = settings(MapPrecision::int8);
  differing.record.size = "322x322";
  CHECK_THROWS_WITH(map.merge(PlaceMap::create(folder.file("c"), differing)), ContainsSubstring("size: '224x224' and '322x322'"));
  CHECK_THROWS_WITH(map.merge(PlaceMap::create(folder.file("d"), settings(MapPrecision::bf16))),
                    ContainsSubstring("int8") && ContainsSubstring("bf16"));
  CHECK(map.size() == 249);
}

TEST_CASE("Local features are kept beside a place and read in place") {
  const TemporaryFolder folder;
  PlaceMap map = PlaceMap::create(folder.file("m"), settings());
  const LocalFeatures large{{61, 61}, 128, random_floats(61 * 61 * 128, 1)};  // 1.9 MB
  const std::vector<LocalFeatures> local{large, {{0, 0}, 128, {}}, large};
  const std::vector<float> all = descriptors_of(0, 3, dim);
  const auto ids = map.add(places_of(0, 3), Rows(all.data(), 3, dim), local, LocalPrecision::float32);
  const MapSnapshot snapshot = map.snapshot();
  CHECK(snapshot.features(ids[0]) == large);
  CHECK(snapshot.features(ids[1]) == local[1]);
  const Rows rows = snapshot.stored_features(ids[2])->rows();
  CHECK(std::equal(large.values.begin(), large.values.end(), rows[0]));
  CHECK(reinterpret_cast<std::uintptr_t>(rows[0]) % 64 == 0);
  map.put_features(ids[2], large, LocalPrecision::float16);
  CHECK(map.snapshot().features(ids[2]) == decode(encode(large, LocalPrecision::float16), LocalPrecision::float16, large.grid, 128));
  CHECK_THROWS_WITH(map.snapshot().stored_features(ids[2])->rows(), ContainsSubstring("float32"));
  CHECK(std::equal(large.values.begin(), large.values.end(), rows[0]));  // those of the snapshot stay
  add(map, 3, 1);
  CHECK_THROWS_WITH(map.snapshot().features(3), ContainsSubstring("place 3 has no local features"));
  CHECK_THROWS_AS(map.put_features(9, large), ConfigError);
  map.remove(std::vector<std::int64_t>{ids[0]});
  CHECK_THROWS_AS(map.snapshot().features(ids[0]), ConfigError);
  CHECK(map.verify().empty());
}

TEST_CASE("What a map found is ranked again by its local features, whatever ids are left") {
  const TemporaryFolder folder;
  PlaceMap map = PlaceMap::create(folder.file("m"), settings());
  const std::vector<float> all = descriptors_of(0, 6, dim);
  std::vector<LocalFeatures> local;
  for (const float value : {1.0F, 2.0F, 9.0F, 4.0F, 5.0F, 6.0F}) local.push_back({{1, 1}, 1, {value}});
  map.add(places_of(0, 6), Rows(all.data(), 6, dim), local);
  map.remove(std::vector<std::int64_t>{0, 1, 3});
  const auto by_product = [](const LocalFeatures& query, const LocalFeatures& candidate) {
    return LocalMatch{query.values[0] * candidate.values[0], {{0, 0, 1}}};
  };
  const MapSnapshot snapshot = map.snapshot();
  const Matches found{{5, 3}, {4, 2}, {2, 1}};
  CHECK(rerank(found, 3, local[0], snapshot, by_product).matches == Matches{{2, 1}, {5, 3}, {4, 2}});
  CHECK_THROWS_WITH(rerank({{1, 3}}, 1, local[0], snapshot, by_product), ContainsSubstring("photo 1, which the store does not have"));
}

TEST_CASE("Attachments are kept under their name") {
  const TemporaryFolder folder;
  PlaceMap map = PlaceMap::create(folder.file("m"), settings());
  const std::string large(300000, 'x');
  map.attach("calibration", "{}");
  map.attach("pca", large);
  CHECK(map.snapshot().attachment("pca") == large);
  CHECK(map.snapshot().attachments() == std::vector<std::string>{"calibration", "pca"});
  map.attach("pca", std::nullopt);
  CHECK_FALSE(map.snapshot().attachment("pca").has_value());
  CHECK_THROWS_AS(map.attach("", "x"), ConfigError);
  CHECK_THROWS_AS(map.attach(std::string(501, 'n'), "x"), ConfigError);
}

TEST_CASE("What does not fit is refused and changes nothing") {
  const TemporaryFolder folder;
  const std::string path = folder.file("m");
  PlaceMap map = PlaceMap::create(path, settings());
  add(map, 0, 3);
  CHECK_THROWS_WITH(PlaceMap::create(path, settings()), ContainsSubstring("there is a file already"));
  CHECK_THROWS_AS(PlaceMap::create(folder.file("n"), {0, MapPrecision::bf16, {}}), ConfigError);
  CHECK_THROWS_AS(PlaceMap::open(folder.file("n")), IoError);
  CHECK_THROWS_AS(PlaceMap::open(folder.path().string()), IoError);
  CHECK_THROWS_AS(map.add(place_of(3), descriptor_of(3, dim + 1)), ShapeError);
  std::vector<float> nan = descriptor_of(3, dim);
  nan[5] = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_AS(map.add(place_of(3), nan), FormatError);
  CHECK_THROWS_WITH(map.add(Place{.name = "p", .time = std::numeric_limits<double>::infinity()}, descriptor_of(3, dim)),
                    ContainsSubstring("place 'p': its time"));
  CHECK_THROWS_AS(map.add(Place{.position = Position{1, std::numeric_limits<double>::quiet_NaN(), {}}}, descriptor_of(3, dim)),
                  FormatError);
  CHECK_THROWS_AS(map.add(Place{.position = Position{1, 2, {77, false}}}, descriptor_of(3, dim)), FormatError);
  CHECK_THROWS_AS(map.search(Rows(descriptor_of(0, dim).data(), 1, dim), -1), ConfigError);
  CHECK_THROWS_AS(map.search(Rows(descriptor_of(0, dim).data(), 1, dim - 1), 1), ShapeError);
  CHECK(map.size() == 3);
  CHECK(add(map, 3, 1) == std::vector<std::int64_t>{3});

  const PlaceMap reader = PlaceMap::open(path);
  PlaceMap not_a_writer = PlaceMap::open(path);
  CHECK_THROWS_WITH(not_a_writer.add(place_of(4), descriptor_of(4, dim)), ContainsSubstring("MapAccess::write"));
}

TEST_CASE("In one process a map that is open to be read cannot be opened to be written") {
  const TemporaryFolder folder;
  const std::string path = folder.file("m");
  static_cast<void>(PlaceMap::create(path, settings()));
  const PlaceMap reader = PlaceMap::open(path);
  CHECK_THROWS_WITH(PlaceMap::open(path, MapAccess::write), ContainsSubstring("open it to be written first"));
}

TEST_CASE("A map that is replaced by another one while it is open is changed and searched only where their descriptors compare") {
  const TemporaryFolder folder;
  const std::string path = folder.file("m");
  MapSettings other_weights = settings();
  other_weights.record.weights_hash = "xxh3:4567";
  const auto replace = [&](const MapSettings& by, bool lock_file) {
    static_cast<void>(PlaceMap::create(folder.file("new"), by));
    std::filesystem::rename(folder.file("new"), path);
    if (lock_file) std::filesystem::remove(path + "-lock");
  };
  const auto refuses = [&](const MapSettings& by, bool lock_file, const std::string& reason) {
    std::filesystem::remove(path);
    PlaceMap map = PlaceMap::create(path, settings());
    add(map, 0, 2);
    replace(by, lock_file);
    CHECK_THROWS_WITH(add(map, 2, 1), ContainsSubstring(path + ": was replaced") && ContainsSubstring(reason));
    CHECK_THROWS_WITH(map.search(Rows(descriptor_of(0, dim).data(), 1, dim), 1), ContainsSubstring(reason));
    CHECK_THROWS_WITH(map.add(place_of(2), descriptor_of(2, dim)), ContainsSubstring(reason));
  };
  refuses(other_weights, true, "weights_hash: 'xxh3:0123' and 'xxh3:4567'");
  CHECK(PlaceMap::open(path).size() == 0);
  refuses(settings(MapPrecision::int8), true, "it had 24 dimensions in float32 and has 24 in int8");
  refuses(settings(), false, "delete " + path + "-lock");

  std::filesystem::remove(path);
  PlaceMap map = PlaceMap::create(path, settings());
  add(map, 0, 2);
  replace(settings(), true);
  CHECK(add(map, 2, 1) == std::vector<std::int64_t>{0});
}

TEST_CASE("Files that are no maps are refused with a sentence") {
  const TemporaryFolder folder;
  for (const std::string& content : {std::string(), std::string("text"), std::string(100000, '\0'), std::string(100000, 'x')}) {
    folder.write("no.map", content);
    CHECK_THROWS_AS(PlaceMap::open(folder.file("no.map")), FormatError);
    CHECK(verify_map(folder.file("no.map")).size() == 1);
    CHECK(file_content(folder.file("no.map")) == content);
  }
}
