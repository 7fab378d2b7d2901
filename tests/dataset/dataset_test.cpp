// SPDX-License-Identifier: MIT
#include <tests/support/paths.hpp>
#include <vpr/dataset/dataset.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

using vpr::Dataset;
using vpr::Positives;

TEST_CASE("Photos are read from a folder, a list, a CSV or one file") {
  const TemporaryFolder folder;
  const auto photo = folder.write("photos/a.jpg");
  CHECK(vpr::read_photos(folder.path() / "photos").size() == 1);
  CHECK(vpr::read_photos(folder.write("list", "photos/a.jpg\nphotos/a.jpg\n")).size() == 2);
  CHECK(vpr::read_photos(folder.write("list.csv", "path,place\nphotos/a.jpg,x\n"))[0].place == "x");
  CHECK(vpr::read_photos(photo)[0].name == "a.jpg");
  CHECK_THROWS_WITH(vpr::read_photos(folder.path() / "none"), ContainsSubstring("no such folder or list"));
}

TEST_CASE("A data set takes right answers from pairs, places or positions, or has none") {
  const TemporaryFolder folder;
  folder.write("d/@0@0@.jpg");
  folder.write("d/@100@0@.jpg");
  folder.write("q/@80@0@.jpg");
  const auto d = folder.path() / "d", q = folder.path() / "q";
  CHECK(Dataset::load({.database = d, .queries = q}).positives == Positives{{1}});
  CHECK(Dataset::load({.database = d, .queries = q, .radius = 10}).positives == Positives{{}});
  CHECK(Dataset::load({.database = d, .queries = q, .pairs = folder.write("p.csv", "@80@0@.jpg,@0@0@.jpg\n")}).positives == Positives{{0}});

  const auto database = folder.write("d.csv", "path,place\nd/@0@0@.jpg,x\nd/@100@0@.jpg,y\n"),
             queries = folder.write("q.csv", "path,place\nq/@80@0@.jpg,x\n");
  CHECK(Dataset::load({.database = database, .queries = queries}).positives == Positives{{0}});

  const TemporaryFolder plain;
  plain.write("a.jpg");
  CHECK_FALSE(Dataset::load({.database = plain.path(), .queries = plain.path()}).positives);
  const auto positions = plain.write("positions.csv", "path,x,y\na.jpg,1,2\n");
  CHECK_FALSE(Dataset::load({.database = positions, .queries = plain.path()}).positives);
  plain.write("@1@2@.jpg");
  CHECK_THROWS_WITH(Dataset::load({.database = positions, .queries = plain.path()}), ContainsSubstring("a.jpg: its position is not known"));
}

TEST_CASE("Queries in degrees take the database's zone") {
  const TemporaryFolder folder;
  folder.write("a.jpg");
  const auto database = folder.write("d.csv", "path,lat,lon\na.jpg,50,0.0001\n"),
             queries = folder.write("q.csv", "path,lat,lon\na.jpg,50,-0.0001\n");
  CHECK(Dataset::load({.database = database, .queries = queries}).positives == Positives{{0}});
  CHECK(Dataset::load({.database = database, .queries = queries, .radius = 14}).positives == Positives{{}});
}

TEST_CASE("The real photo sets read with their lists and pairs") {
  const std::filesystem::path data = vpr::test::shared("/data");
  if (!std::filesystem::exists(data)) {
    WARN("no real photos here; nothing checked");
    return;
  }
  const auto tower = Dataset::load(
      {.database = data / "ie_tower/gallery.txt", .queries = data / "ie_tower/queries.txt", .pairs = data / "ie_tower/place_pairs.csv"});
  CHECK(tower.database.size() == 960);
  CHECK(tower.queries.size() == 209);
  std::size_t pairs = 0;
  for (const auto& of_query : *tower.positives) pairs += of_query.size();
  CHECK(pairs == 807);

  const auto toy = data / "toy_dataset";
  const Positives expected{{1}, {4}, {10}, {16}, {13}};
  CHECK(Dataset::load({.database = toy / "gallery.txt", .queries = toy / "queries.txt", .pairs = toy / "place_pairs.csv"}).positives ==
        expected);
  const auto folders = Dataset::load({.database = toy / "database", .queries = toy / "queries", .pairs = toy / "place_pairs.csv"});
  CHECK(folders.database[(*folders.positives)[3][0]].name == "db17.jpg");
}
