// SPDX-License-Identifier: MIT
#include <vpr/dataset/pairs.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

using vpr::Photo;
using vpr::Positives;

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

TEST_CASE_METHOD(Pairs, "A third field is a further column under a header, and else an error") {
  CHECK(read("query,database,score\nphotos/q1.jpg,photos/d3.jpg,0.5\n") == Positives{{2}, {}});
  CHECK(read("photos/q1.jpg,photos/d3.jpg,\n") == Positives{{2}, {}});
  for (const char* more : {",photos/d2.jpg", ",0", ";photos/d2.jpg", "\tphotos/d2.jpg"}) {
    const std::string separator(1, more[0]);
    CHECK_THROWS_WITH(read("photos/q1.jpg" + separator + "photos/d3.jpg" + more + "\n"),
                      ContainsSubstring("pairs.csv:1: found 3 fields, expected `query,database`"));
  }
}

TEST_CASE_METHOD(Pairs, "Pairs may be separated by blanks, as hloc writes them, by semicolons or tabs") {
  CHECK(read("photos/q1.jpg photos/d3.jpg\nphotos/q1.jpg photos/d2.jpg", "lists/pairs.txt") == Positives{{1, 2}, {}});
  CHECK(read("query database\r\nphotos/q1.jpg   photos/d3.jpg\r\n\r\n") == Positives{{2}, {}});
  CHECK(read("photos/q 2.jpg photos/d3.jpg\n") == Positives{{}, {2}});  // a blank in a name
  CHECK(read("photos/q1.jpg;photos/d3.jpg\n") == Positives{{2}, {}});
  CHECK(read("database\tquery\nphotos/d3.jpg\tphotos/q1.jpg\n") == Positives{{2}, {}});
  CHECK_THROWS_WITH(read("photos/q1.jpg photos/d3.jpg\nphotos/q1.jpg photos/d9.jpg\n"),
                    ContainsSubstring("pairs.csv:2: database photo 'photos/d9.jpg'"));
  CHECK_THROWS_WITH(read("photos/q1.jpg photos/d3.jpg\nphotos/q1.jpg\n"), ContainsSubstring("pairs.csv:2: found one field"));
  CHECK_THROWS_WITH(read("photos/q1.jpg photos/d3.jpg 0.5\n"), ContainsSubstring("pairs.csv:1: found more than two words"));
  std::string words;
  for (int i = 0; i < 100000; ++i) words += "word ";
  CHECK_THROWS_WITH(read(words), ContainsSubstring("pairs.csv:1: found more than two words"));  // and in no time
}

TEST_CASE_METHOD(Pairs, "Comments in pairs are left out, as Kapture writes them") {
  CHECK(read("# kapture format: 1.0\n# query_image, map_image\nphotos/q1.jpg, photos/d3.jpg\n") == Positives{{2}, {}});
  CHECK_THROWS_WITH(read("# pairs\n\nphotos/q9.jpg,photos/d3.jpg\n"), ContainsSubstring("pairs.csv:3: query photo"));
  queries[0].name = "#q1.jpg";
  CHECK(read("#q1.jpg,photos/d3.jpg\n") == Positives{{2}, {}});
}

TEST_CASE("Pairs may be named from the folder that holds queries and database") {
  const TemporaryFolder folder;
  for (const char* name : {"set/query/night/1.jpg", "set/db/1.jpg"}) folder.write(name);
  const std::vector<Photo> queries{{"night/1.jpg", folder.path() / "set/query/night/1.jpg", {}, ""}},
      database{{"1.jpg", folder.path() / "set/db/1.jpg", {}, ""}};
  CHECK(vpr::pair_positives(folder.write("pairs.txt", "query/night/1.jpg db/1.jpg\n"), queries, database) == Positives{{0}});
}

TEST_CASE("Pairs hold names of any bytes, escaped or with backslashes") {
  const TemporaryFolder folder;
  const std::string name = "caf\xE9.jpg";
  folder.write("d/" + name);
  folder.write("q/a.jpg");
  const std::vector<Photo> queries{{"q/a.jpg", folder.path() / "q/a.jpg", {}, ""}},
      database{{"d/" + name, folder.path() / "d" / name, {}, ""}};
  for (const std::string text : {"q/a.jpg,d/caf\xE9.jpg\n", "q/a.jpg,d/caf\\xE9.jpg\n", "q\\a.jpg d\\caf\xE9.jpg\n"})
    CHECK(vpr::pair_positives(folder.write("p.csv", text), queries, database) == Positives{{0}});
}
