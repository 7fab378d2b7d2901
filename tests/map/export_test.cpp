// SPDX-License-Identifier: MIT
#include <vpr/map/export.hpp>

#include "tests/map/map_test.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace vpr;
using namespace vpr::test;

TEST_CASE("A map that was exported and imported again has the same ids, places, descriptors and model") {
  const TemporaryFolder folder;
  for (const MapPrecision precision : {MapPrecision::float32, MapPrecision::bf16, MapPrecision::int8, MapPrecision::binary}) {
    const std::string name(name_of(precision));
    INFO(name);
    const std::int64_t dim = precision == MapPrecision::binary ? 64 : 30;
    PlaceMap map =
        PlaceMap::create(folder.file(name + ".map"), {dim, precision, {.model = "salad", .size = "224x224", .vpr_version = "0.1"}});
    add(map, 0, 200);
    Place odd{
        .name = "a,b \"c\"\\ ", .session = "", .position = Position{0.1, -1e-300, {33, false, false}, PositionUnit::degrees}, .time = -0.1};
    map.add(odd, descriptor_of(200, dim));
    map.remove(std::vector<std::int64_t>{0, 17});
    export_map(map, folder.path() / name);
    const PlaceMap back = import_map(folder.path() / name, folder.file(name + " again.map"), precision);
    const MapSnapshot before = map.snapshot(), after = back.snapshot();
    CHECK(after.size() == 199);
    CHECK(after.record() == before.record());
    std::vector<std::int64_t> ids;
    after.each([&](const Place& place) {
      ids.push_back(place.id);
      check_same(place, before.place(place.id));
      const float largest = precision == MapPrecision::int8 ? 1e-6F : 0;
      CHECK(largest_difference(after.descriptor(place.id), before.descriptor(place.id)) <= largest);
    });
    CHECK(std::ssize(ids) == 199);
    CHECK(ids.front() == 1);
    check_same(after.place(200), odd);
    CHECK(back.verify().empty());
    if (precision == MapPrecision::binary) continue;
    const Descriptors matrix = load_descriptors((folder.path() / name / "descriptors.npy").string());
    CHECK(matrix.size() == 199);
    CHECK(matrix.record == before.record());
    CHECK(std::vector<float>(matrix.rows()[1], matrix.rows()[1] + dim) == before.descriptor(2));
  }
}

TEST_CASE("Files that do not belong together are refused, and no map is left behind") {
  const TemporaryFolder folder;
  PlaceMap map = PlaceMap::create(folder.file("m"), {8, MapPrecision::float32, {}});
  add(map, 0, 20);
  export_map(map, folder.path() / "out");
  const std::string ids = file_content(folder.path() / "out" / "ids.npy"), places = file_content(folder.path() / "out" / "places.csv");
  const auto refused = [&](const std::string& file, const std::string& content, const std::string& sentence) {
    const std::string kept = file_content(folder.path() / "out" / file);
    folder.write("out/" + file, content);
    CHECK_THROWS_WITH(import_map(folder.path() / "out", folder.file("n")), ContainsSubstring(sentence));
    CHECK_FALSE(std::filesystem::exists(folder.file("n")));
    folder.write("out/" + file, kept);
  };
  refused("ids.npy", ids.substr(0, ids.size() - 8), "bytes of values");
  std::string swapped = ids;
  std::swap(swapped[swapped.size() - 8], swapped[swapped.size() - 16]);
  refused("ids.npy", swapped, "ids have to agree");
  refused("places.csv", places.substr(0, places.rfind("\n19,") + 1), "19 places");
  refused("places.csv", "name\nx\n", "found the columns name");
  CHECK_NOTHROW(import_map(folder.path() / "out", folder.file("n")));
  CHECK_THROWS_AS(import_map(folder.path() / "out", folder.file("n")), IoError);
  CHECK_THROWS_AS(import_map(std::string(5000, 'a'), folder.file("n")), IoError);  // which no file system takes
}
