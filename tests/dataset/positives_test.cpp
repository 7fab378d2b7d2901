// SPDX-License-Identifier: MIT
#include <vpr/dataset/positives.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

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
/// Lists in lists/, photos in lists/photos/, pairs wherever a test puts them.
struct Pairs {
  Pairs() {
    for (const char* name : {"q1.jpg", "q 2.jpg", "d1.jpg", "d2.jpg", "d3.jpg", "other.jpg"})
      folder.write(std::string("lists/photos/") + name);
    const auto photo = [&](const std::string& name) { return Photo{name, folder.path() / "lists" / name, {}, ""}; };
    queries = {photo("photos/q1.jpg"), photo("./photos/q 2.jpg")};
    database = {photo("photos/d1.jpg"), photo("photos/d2.jpg"), photo("photos/d3.jpg"), photo("photos/d1.jpg")};
  }
  Positives read(std::string_view text, const std::string& name = "lists/pairs.csv") const {
    return vpr::pair_positives(folder.write(name, text), queries, database);
  }
  TemporaryFolder folder;
  std::vector<Photo> queries, database;
};
}  // namespace

TEST_CASE_METHOD(Pairs, "Positive pairs name photos as the lists do") {
  CHECK(read("query,database\nphotos/q1.jpg,photos/d3.jpg\nphotos/q1.jpg,photos/d2.jpg\nphotos/q1.jpg,photos/d3.jpg\n") ==
        Positives{{1, 2}, {}});
  CHECK(read("photos/q 2.jpg,photos/d2.jpg\n") == Positives{{}, {1}});
  CHECK(read("note,database,query\n1,./photos/d2.jpg,photos/q1.jpg\n") == Positives{{1}, {}});
}

TEST_CASE_METHOD(Pairs, "A photo that a list has twice is a positive twice") {
  CHECK(read("photos/q1.jpg,photos/d1.jpg\n") == Positives{{0, 3}, {}});
}

TEST_CASE_METHOD(Pairs, "Positive pairs may be relative to their own file, absolute, or to the lists' folder") {
  CHECK(read("query,database\nq1.jpg,d2.jpg\n", "lists/photos/pairs.csv") == Positives{{1}, {}});
  CHECK(read("photos/q1.jpg," + (folder.path() / "lists/photos/d3.jpg").string() + "\n", "lists/pairs.csv") == Positives{{2}, {}});
  CHECK(read("photos/q1.jpg,photos/d2.jpg\n", "away/pairs.csv") == Positives{{1}, {}});
}

TEST_CASE_METHOD(Pairs, "Pairs about photos that are not in the lists are left out, where those exist") {
  CHECK(read("photos/q1.jpg,photos/other.jpg\nphotos/other.jpg,photos/d1.jpg\nphotos/q1.jpg,photos/d2.jpg\n") == Positives{{1}, {}});
  CHECK(read("photos/q1.jpg,photos/other.jpg\nphotos/q1.jpg,photos/d2.jpg\n", "away/pairs.csv") == Positives{{1}, {}});
  CHECK_THROWS_WITH(read("photos/q1.jpg,photos/other.jpg\n"), ContainsSubstring("no pair is about these queries and this database"));
}

TEST_CASE_METHOD(Pairs, "Bad pairs are named with file and line") {
  CHECK_THROWS_WITH(read("query,database\nphotos/q1.jpg,photos/d1.jpg\nphotos/q1.jpg,photos/d9.jpg\n"),
                    ContainsSubstring("pairs.csv:3: database photo 'photos/d9.jpg' is not among the database photos, nor on disk"));
  CHECK_THROWS_WITH(read("photos/q9.jpg,photos/d1.jpg\n"), ContainsSubstring("pairs.csv:1: query photo"));
  CHECK_THROWS_WITH(read("photos/q1.jpg\n"), ContainsSubstring("pairs.csv:1: found one field"));
  CHECK_THROWS_WITH(read("photos/q1.jpg,photos/d1.jpg\nx\n"), ContainsSubstring("pairs.csv:2: found 1 fields, expected 2"));
  CHECK_THROWS_WITH(read(""), ContainsSubstring("holds no pair"));
}
