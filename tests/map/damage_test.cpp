// SPDX-License-Identifier: MIT
#include <vpr/map/place_map.hpp>

#include "tests/map/map_test.hpp"

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

using namespace vpr;
using namespace vpr::test;

namespace {

constexpr std::int64_t dim = 32;

/// A map of every kind of value, with free pages and pages of every kind.
std::string map_bytes(const TemporaryFolder& folder, std::int64_t places = 400) {
  const std::string path = folder.file("whole");
  {
    PlaceMap map = PlaceMap::create(path, {dim, MapPrecision::int8, {.model = "salad"}});
    for (std::int64_t i = 0; i < places; i += 100) add(map, i, 100);
    for (std::int64_t id = 0; id < places; id += 4) map.put_features(id, {{2, 3}, 16, random_floats(96, static_cast<std::uint64_t>(id))});
    map.put_features(7, {{10, 10}, 64, random_floats(6400, 7)});
    map.attach("pca", std::string(9000, 'p'));
    map.attach("calibration", "{}");
    map.remove(std::vector<std::int64_t>{1, 2, 3});
    map.attach("pca", std::string(5000, 'q'));
  }
  return file_content(path);
}

/// How many files are damaged a test: some, or what VPR_DAMAGE_ROUNDS says.
int rounds() {
  const char* const asked = std::getenv("VPR_DAMAGE_ROUNDS");  // NOLINT(concurrency-mt-unsafe)
  return asked != nullptr ? std::atoi(asked) : 150;
}

/// All that a map holds, as text.
std::string everything(const PlaceMap& map) {
  const MapSnapshot snapshot = map.snapshot();
  std::string all = text_of(snapshot.size(), ' ', snapshot.dim(), ' ', snapshot.record().model, ' ');
  snapshot.each([&](const Place& place) {
    all += text_of(place.id, ' ', place.name, ' ', place.session, ' ', place.time.value_or(-1), ' ',
                   place.pose ? place.pose->translation[1] : -1, ' ', place.position ? place.position->east : -1, ' ');
    for (const float value : snapshot.descriptor(place.id)) all += text_of(value, ' ');
    if (const auto local = snapshot.stored_features(place.id)) {
      for (const float value : local->features().values) all += text_of(value, ' ');
    }
  });
  for (const std::string& name : snapshot.attachments()) all += name + *snapshot.attachment(name);
  const std::vector<float> query = descriptor_of(9000, snapshot.dim());
  const std::vector<Matches> found = snapshot.search(Rows(query.data(), 1, snapshot.dim()), 20);
  for (const Match& match : found[0]) all += text_of(match.id, ' ', match.score, ' ');
  return all;
}

/// Everything that is done with a map is done with one of these bytes. What is damaged has to be found, or must not matter.
/// @return  whether it was found
bool find_damage(const TemporaryFolder& folder, const std::string& bytes, const std::string& expected) {
  const std::string path = folder.file("damaged");
  std::filesystem::remove(path + "-lock");
  std::ofstream(path, std::ios::binary) << bytes;
  const std::vector<std::string> damaged = verify_map(path);
  for (const std::string& sentence : damaged) CHECK_THAT(sentence, ContainsSubstring(path));
  try {
    PlaceMap map = PlaceMap::open(path, MapAccess::write);
    if (damaged.empty()) CHECK(everything(map) == expected);
    try {
      static_cast<void>(everything(map));
    } catch (const Error&) {
      CHECK_FALSE(damaged.empty());
    }
    // What can still be written has to stay readable.
    add(map, 5000, 100);
    map.replace(
        [] {
          Place place = place_of(77);
          place.id = 50;
          return place;
        }(),
        descriptor_of(77, dim));
    map.remove(std::vector<std::int64_t>{60, 61});
    map.put_features(8, {{1, 1}, 8, random_floats(8, 1)});
    if (damaged.empty()) CHECK(map.verify().empty());
    map.compact();
    if (damaged.empty()) CHECK(map.verify().empty());
  } catch (const Error&) {
    CHECK_FALSE(damaged.empty());
  }
  return !damaged.empty();
}

}  // namespace

TEST_CASE("A bit that flips anywhere in a map's file is found, or is one that nothing is kept in") {
  const TemporaryFolder folder;
  const std::string whole = map_bytes(folder), expected = everything(PlaceMap::open(folder.file("whole")));
  CHECK_FALSE(find_damage(folder, whole, expected));
  std::mt19937_64 random(1);
  int found = 0;
  for (int i = 0; i < rounds(); ++i) {
    std::string bytes = whole;
    const std::size_t at = random() % bytes.size();
    const unsigned bit = random() % 8;
    INFO("byte " << at << ", bit " << bit);
    bytes[at] = static_cast<char>(bytes[at] ^ 1 << bit);
    found += find_damage(folder, bytes, expected);
  }
  CHECK(found > rounds() / 4);
}

TEST_CASE("Pages that lie are errors, whatever they claim") {
  const TemporaryFolder folder;
  const std::string whole = map_bytes(folder), expected = everything(PlaceMap::open(folder.file("whole")));
  std::mt19937_64 random(2);
  std::vector<std::size_t> trees;  // pages that LMDB keeps its trees and commits in
  for (std::size_t page = 0; page < whole.size(); page += 4096) {
    std::uint16_t flags;
    std::memcpy(&flags, whole.data() + page + 10, sizeof flags);
    if (flags == 1 || flags == 2 || flags == 8) trees.push_back(page);
  }
  REQUIRE(trees.size() > 5);
  int found = 0;
  for (int i = 0; i < rounds(); ++i) {
    std::string bytes = whole;
    const std::size_t page = trees[random() % trees.size()];
    INFO("page " << page / 4096 << ", round " << i);
    for (int change = 0; change < 1 + i % 3; ++change) {
      // A number of 2 or 8 bytes, most often in the head or among the offsets.
      const std::size_t size = random() % 2 == 0 ? 2 : 8, at = page + random() % (random() % 4 == 0 ? 4088 : 200);
      const std::uint64_t value = random() % 3 == 0 ? random() : random() % 3 == 0 ? random() % 4096 : whole.size() / 4096 - random() % 3;
      std::memcpy(bytes.data() + at, &value, size);
    }
    found += find_damage(folder, bytes, expected);
  }
  CHECK(found > rounds() / 5);  // the others hit pages that are free by now
}

TEST_CASE("A file that was cut off is an error that says so") {
  const TemporaryFolder folder;
  const std::string whole = map_bytes(folder, 100), expected;
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{4095}, std::size_t{8191}, std::size_t{8192}, whole.size() / 2,
                                 whole.size() - 4096, whole.size() - 1})
    CHECK(find_damage(folder, whole.substr(0, size), expected));
}

TEST_CASE("verify names what is damaged") {
  const TemporaryFolder folder;
  const std::string path = folder.file("whole");
  std::string bytes = map_bytes(folder);
  // A value of 9 bytes of key: the local features of place 7 are the only ones with 12800 bytes.
  const std::string last_features = [&] {
    const auto encoded = encode({{10, 10}, 64, random_floats(6400, 7)}, LocalPrecision::float16);
    return std::string(reinterpret_cast<const char*>(encoded.data()), 64);
  }();
  const std::size_t at = bytes.find(last_features);
  REQUIRE(at != bytes.npos);
  bytes[at + 20] = static_cast<char>(bytes[at + 20] ^ 4);
  std::ofstream(path, std::ios::binary) << bytes;
  const PlaceMap map = PlaceMap::open(path);
  const std::vector<std::string> damaged = map.verify();
  REQUIRE(damaged.size() == 1);
  CHECK_THAT(damaged[0], ContainsSubstring("local features of place 7 was damaged"));
  CHECK_THROWS_WITH(map.snapshot().features(7), ContainsSubstring("local features of place 7"));
  CHECK_NOTHROW(map.snapshot().features(8));
}

TEST_CASE("A map of a newer format is refused with a sentence") {
  const TemporaryFolder folder;
  const std::string path = folder.file("m");
  {
    const auto database = detail::Database::create(path);
    detail::WriteTransaction transaction(database);
    detail::MapHeader header{.dimensions = 4};
    header.commit = transaction.number();
    std::vector<std::byte> content = header.bytes();
    content[8 + 7] = std::byte{2};  // behind the length and the text "vpr map"
    transaction.put("h", detail::map_value("h", {}, content, 4096));
    transaction.commit();
  }
  CHECK_THROWS_WITH(PlaceMap::open(path), ContainsSubstring("has format 2, this vpr reads 1: a newer vpr wrote it"));
}

TEST_CASE("Another program's LMDB file is no map") {
  const TemporaryFolder folder;
  const std::string path = folder.file("m");
  {
    const auto database = detail::Database::create(path);
    detail::WriteTransaction transaction(database);
    transaction.put("key", std::as_bytes(std::span("value")));
    transaction.commit();
  }
  CHECK_THROWS_WITH(PlaceMap::open(path), ContainsSubstring("another LMDB file"));
}
