// SPDX-License-Identifier: MIT
#include <vpr/dataset/dataset.hpp>
#include <vpr/dataset/msls.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

namespace {
/// A city of Mapillary SLS with four photos on each side, as it is published.
struct City {
  City() {
    for (const std::string side : {"database", "query"}) {
      for (const char* key : {"-a", "_b", "c", "d"}) folder.write(side + "/images/" + key + ".jpg");
      folder.write(side + "/raw.csv",
                   ",key,lon,lat,ca,captured_at,pano\n0,-a,12.5683,55.6761,90,2018-01-01,False\n"
                   "1,_b,12.5684,55.6761,90,2018-01-01,True\n2,c,12.5685,55.6761,90,2018-01-01,False\n"
                   "3,d,12.5783,55.6761,90,2018-01-01,False\n");
      folder.write(side + "/subtask_index.csv", ",all,s2w\n0,True,True\n1,True,True\n2,False,True\n3,True,True\n");
    }
    folder.write("database/postprocessed.csv",
                 ",key,easting,northing,night,view_direction\n0,-a,347100.5,6172700.25,False,Forward\n"
                 "1,_b,347101,6172700,False,Forward\n2,c,347102,6172700,False,Forward\n"
                 "3,d,347900,6172700,False,Forward\n");
  }
  TemporaryFolder folder;
};
}  // namespace

TEST_CASE_METHOD(City, "A city of Mapillary SLS is read as the official evaluation reads it") {
  const auto database = vpr::read_photos(folder.path() / "database");
  REQUIRE(database.size() == 2);  // without the panorama, and what is outside of the task
  CHECK(database[0].name == "images/-a.jpg");
  CHECK(database[0].position->east == 347100.5);
  CHECK(database[1].name == "images/d.jpg");
  const auto queries = vpr::read_photos(folder.path() / "query");
  REQUIRE(queries.size() == 2);
  CHECK(queries[0].position->zone == vpr::UtmZone{33, false});
}

TEST_CASE_METHOD(City, "Both sides of a city by raw.csv are compared") {
  std::filesystem::remove(folder.path() / "database/postprocessed.csv");
  const auto set = vpr::Dataset::load({.database = folder.path() / "database", .queries = folder.path() / "query"});
  CHECK(set.positives == vpr::Positives{{0}, {1}});
  CHECK(set.unit == vpr::PositionUnit::degrees);
}

TEST_CASE_METHOD(City, "Tables of a city that do not fit are named") {
  folder.write("query/subtask_index.csv", ",all\n0,True\n");
  CHECK_THROWS_WITH(vpr::read_photos(folder.path() / "query"), ContainsSubstring("subtask_index.csv: has 2 rows, expected 5"));
  folder.write("query/subtask_index.csv", ",all\n0,False\n1,False\n2,False\n3,False\n");
  CHECK_THROWS_WITH(vpr::read_photos(folder.path() / "query"), ContainsSubstring("outside of the task"));
}

TEST_CASE("A folder with images and another table is a folder of photos") {
  const TemporaryFolder folder;
  folder.write("images/a.jpg");
  folder.write("raw.csv", "x,y\n1,2\n");
  CHECK(vpr::read_photos(folder.path())[0].name == "images/a.jpg");
}
