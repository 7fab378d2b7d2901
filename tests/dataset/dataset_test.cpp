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
  CHECK_THROWS_WITH(vpr::read_photos(folder.path() / "none"), ContainsSubstring("no such folder, list or photo"));
}

TEST_CASE("A data set takes right answers from pairs, places or positions, or has none") {
  const TemporaryFolder folder;
  folder.write("d/@0@0@.jpg");
  folder.write("d/@100@0@.jpg");
  folder.write("q/@80@0@.jpg");
  const auto d = folder.path() / "d", q = folder.path() / "q";
  CHECK(Dataset::load({.database = d, .queries = q}).positives == Positives{{1}});
  CHECK(Dataset::load({.database = d, .queries = q, .radius = 10}).positives == Positives{{}});
  CHECK(Dataset::load({.database = d, .queries = q}).extent->east == 100);
  CHECK(Dataset::load({.queries = q}, vpr::read_photos(d)).positives == Positives{{1}});
  CHECK_THROWS_AS(Dataset::load({.queries = q}, {}), vpr::ConfigError);
  const auto paired = Dataset::load({.database = d, .queries = q, .pairs = folder.write("p.csv", "@80@0@.jpg,@0@0@.jpg\n")});
  CHECK(paired.positives == Positives{{0}});
  CHECK_FALSE(paired.extent);

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
  const auto partly = Dataset::load({.database = plain.path(), .queries = plain.path(), .some_positions = true});
  CHECK_FALSE(partly.positives);
  CHECK(partly.database.size() == 2);
  CHECK(Dataset::load({.database = d, .queries = q, .some_positions = true}).positives == Positives{{1}});
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

TEST_CASE("A data set says which unit its positions are in, and refuses degrees that pass for metres") {
  const TemporaryFolder folder;
  for (const char* name : {"@120.41230@36.16010@.jpg", "@120.45230@36.19010@.jpg", "@120.51230@36.26010@.jpg"})
    folder.write(std::string("d/") + name);
  folder.write("q/@120.90000@36.90000@.jpg");
  folder.write("q/@120.41235@36.16010@.jpg");
  vpr::DatasetSettings settings{.database = folder.path() / "d", .queries = folder.path() / "q"};
  CHECK_THROWS_WITH(Dataset::load(settings), ContainsSubstring("looks like degrees") && ContainsSubstring("--positions degrees"));
  settings.positions = vpr::PositionUnit::degrees;
  const auto degrees = Dataset::load(settings);
  CHECK(degrees.positives == Positives{{0}, {}});
  CHECK(degrees.unit == vpr::PositionUnit::degrees);
  CHECK(degrees.unit_reason == "degrees as declared");
  settings.positions = vpr::PositionUnit::metres;
  const auto metres = Dataset::load(settings);
  CHECK(metres.positives == Positives{{0, 1, 2}, {0, 1, 2}});
  CHECK(metres.unit == vpr::PositionUnit::metres);
}

TEST_CASE("Positions that answers do not come from are dropped where they are of no use, and that is said") {
  const TemporaryFolder folder;
  folder.write("d/@120.41230@36.16010@.jpg");
  folder.write("d/@120.45230@36.19010@.jpg");
  folder.write("q/@120.90000@36.90000@.jpg");
  const auto pairs = folder.write("pairs.csv", "q/@120.90000@36.90000@.jpg,d/@120.41230@36.16010@.jpg\n");
  const auto set = Dataset::load({.database = folder.path() / "d", .queries = folder.path() / "q", .pairs = pairs});
  CHECK(set.positives == Positives{{0}});
  CHECK_FALSE(set.database[0].position);
  CHECK(set.unit == vpr::PositionUnit::automatic);
  CHECK_THAT(set.unit_reason, ContainsSubstring("positions are not used: ") && ContainsSubstring("looks like degrees"));
}

TEST_CASE("Another UTM zone or hemisphere is another place") {
  for (const char* zone : {"11@S", "10@H", "11@", "11S@"}) {
    const TemporaryFolder folder;
    folder.write(std::string("d/@0500000.00@4180000.00@") + zone + "@.jpg");
    folder.write("q/@0500000.00@4180001.00@10@S@.jpg");
    CAPTURE(zone);
    CHECK(Dataset::load({.database = folder.path() / "d", .queries = folder.path() / "q"}).positives == Positives{{}});
  }
}

TEST_CASE("Positions without zones are compared in the plane, those across a border on the ground") {
  const auto west = vpr::utm_from_degrees(37.77, -120.00005), east = vpr::utm_from_degrees(37.77, -119.99995);
  const TemporaryFolder folder;
  folder.write("d/" + vpr::utm_name(west));
  folder.write("q/" + vpr::utm_name(east));
  CHECK(Dataset::load({.database = folder.path() / "d", .queries = folder.path() / "q"}).positives == Positives{{0}});
  CHECK(Dataset::load({.database = folder.path() / "d", .queries = folder.path() / "q", .radius = 8}).positives == Positives{{}});
}

TEST_CASE("Positions that are NaN are named") {
  const TemporaryFolder folder;
  folder.write("d/@1@2@.jpg");
  folder.write("q/@nan@2@.jpg");
  CHECK_THROWS_WITH(Dataset::load({.database = folder.path() / "d", .queries = folder.path() / "q"}),
                    ContainsSubstring("@nan@2@.jpg: its position is nan, 2"));
}

TEST_CASE("A data set counts and names the files that are not read") {
  const TemporaryFolder folder;
  for (const char* name : {"d/a.jpg", "d/film.mp4", "q/b.jpg", "q/raw.dng"}) folder.write(name);
  const auto set = Dataset::load({.database = folder.path() / "d", .queries = folder.path() / "q"});
  REQUIRE(set.left_out.size() == 2);
  CHECK(set.left_out[0].path == folder.file("d/film.mp4"));
  CHECK(set.left_out[1].path == folder.file("q/raw.dng"));
}

TEST_CASE("A device or pipe is no source of photos, and tables may end in .tsv") {
  const TemporaryFolder folder;
  folder.write("a.jpg");
  CHECK_THROWS_WITH(vpr::read_photos("/dev/zero"), ContainsSubstring("is a device, a pipe or a socket"));
  CHECK(vpr::read_photos(folder.write("t.tsv", "path\tx\ty\na.jpg\t1\t2\n"))[0].position->north == 2);
}
