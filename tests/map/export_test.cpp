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
    const std::int64_t dim = precision == MapPrecision::binary ? 100 : 30;
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
    CHECK(after.dim() == dim);
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

TEST_CASE("An export in the place of one of another precision is imported as what it is") {
  const TemporaryFolder folder;
  const std::filesystem::path out = folder.path() / "out";
  for (const MapPrecision precision : {MapPrecision::float32, MapPrecision::binary, MapPrecision::int8}) {
    const std::string name(name_of(precision));
    PlaceMap map = PlaceMap::create(folder.file(name), {64, precision, {}});
    add(map, 0, 5);
    export_map(map, out);
    CHECK(import_map(out, folder.file(name + " again"), precision).snapshot().precision() == precision);
    CHECK(std::filesystem::exists(out / "codes.npy") == (precision == MapPrecision::binary));
    CHECK(std::filesystem::exists(out / "descriptors.npy") == (precision != MapPrecision::binary));
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
  // A row that was damaged is named by its file and line.
  const auto row = [&](const std::string& from, const std::string& to, const std::string& sentence) {
    std::string text = places;
    REQUIRE(text.find(from) != text.npos);
    refused("places.csv", text.replace(text.find(from), from.size(), to), sentence);
  };
  row(",1001,500010,", ",1001,,", "places.csv:3: has no east");
  row(",4099999,17,", ",,17,", "places.csv:3: has no north");
  row(",1001,500010,4099999,17,N,metres,", ",1001,,,17,N,metres,", "places.csv:3: has no east");
  row("4099999,17,N,", "4099999,61,N,", "places.csv:3: found '61' as zone, expected 1 to 60");
  row("4099999,17,N,", "4099999,17,E,", "places.csv:3: found 'E' as hemisphere, expected N or S");
  row("4099999,17,N,metres", "4099999,17,N,feet", "places.csv:3: found 'feet' as unit, expected metres, degrees or automatic");
  row(",1001,", ",soon,", "places.csv:3: found 'soon' as time, expected a number");
  row(",11,22,3,", ",11,,3,", "places.csv:13: has no y");
  row(",11,22,3,", ",,22,3,", "places.csv:13: has no x");
  row("\n1,", "\n1.5,", "places.csv:3: found '1.5' as id, expected a whole number from 0");
  row("\n1,", "\n", "places.csv:3: found 15 fields, expected 16");
  const std::string descriptors = file_content(folder.path() / "out" / "descriptors.npy");
  refused("descriptors.npy", descriptors.substr(0, descriptors.size() - 4) + std::string("\0\0\xc0\x7f", 4),
          "descriptors.npy: row 19: descriptor 0 holds nan at 7");
  folder.write("out/ids.npy", ids.substr(0, ids.size() - 8) + std::string(7, '\xff') + '\x7f');
  row("\n19,", "\n9223372036854775807,", "got id 9223372036854775807, expected a lower one");
  folder.write("out/ids.npy", ids);

  PlaceMap codes = PlaceMap::create(folder.file("codes"), {100, MapPrecision::binary, {}});
  export_map(codes, folder.path() / "codes of 100");
  const std::string record = file_content(folder.path() / "codes of 100" / "descriptors.json");
  CHECK(import_map(folder.path() / "codes of 100", folder.file("codes again")).snapshot().dim() == 100);
  for (const char* stated : {"64", "129", "0", "-1"}) {
    std::string wrong = record;
    folder.write("codes of 100/descriptors.json", wrong.replace(wrong.find("100"), 3, stated));
    CHECK_THROWS_WITH(import_map(folder.path() / "codes of 100", folder.file("n")),
                      ContainsSubstring("codes.npy: has codes of 16 bytes, and its record states " + std::string(stated) + " dimensions"));
  }
  CHECK_NOTHROW(import_map(folder.path() / "out", folder.file("n")));
  CHECK_THROWS_AS(import_map(folder.path() / "out", folder.file("n")), IoError);
  CHECK_THROWS_AS(import_map(std::string(5000, 'a'), folder.file("n")), IoError);  // which no file system takes
}
