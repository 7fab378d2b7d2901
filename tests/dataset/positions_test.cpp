// SPDX-License-Identifier: MIT
#include <vpr/dataset/positions.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

namespace {
std::vector<vpr::Photo> parse(std::string_view text) {
  const TemporaryFolder folder;
  for (const char* name : {"a.jpg", "b.jpg", "@7@8@.jpg"}) folder.write(name);
  return vpr::photos_in_csv(folder.write("t.csv", text));
}
}  // namespace

TEST_CASE("A CSV gives photos positions in metres") {
  const auto photos = parse("path,Northing,easting,note\nb.jpg,4100003.5,500012.25,x\na.jpg, -1,+2,\n");
  REQUIRE(photos.size() == 2);
  CHECK(photos[0].name == "b.jpg");
  CHECK(photos[0].position->east == 500012.25);
  CHECK(photos[0].position->north == 4100003.5);
  CHECK(photos[1].position->east == 2);
  CHECK(photos[1].position->north == -1);
  CHECK(photos[0].place.empty());
}

TEST_CASE("A CSV gives photos positions in degrees, all in the first row's zone") {
  const auto photos = parse("image,lon,lat\na.jpg,-0.0001,50\nb.jpg,0.0001,50\n");
  CHECK(photos[0].position->zone.number == 30);
  CHECK(photos[1].position->zone.number == 30);
  CHECK(std::sqrt(vpr::squared_distance(*photos[0].position, *photos[1].position)) == Approx(14.34).margin(0.02));
}

TEST_CASE("A CSV gives photos place ids; positions may come from their names") {
  const auto photos = parse("name,place_id\na.jpg,town hall\n@7@8@.jpg,\n");
  CHECK(photos[0].place == "town hall");
  CHECK_FALSE(photos[0].position);
  CHECK(photos[1].place.empty());
  CHECK(photos[1].position->north == 8);
}

TEST_CASE("Bad rows of a CSV of positions are named with file and line") {
  CHECK_THROWS_WITH(parse("path,east,north\na.jpg,1,2\nb.jpg,east,2\n"),
                    ContainsSubstring("t.csv:3: found 'east' as east, expected a number"));
  CHECK_THROWS_WITH(parse("path,east,north\na.jpg,,2\n"), ContainsSubstring("t.csv:2: found '' as east"));
  CHECK_THROWS_WITH(parse("path,lat,lon\na.jpg,1,2\nb.jpg,91,2\n"), ContainsSubstring("t.csv:3: got latitude 91"));
  CHECK_THROWS_WITH(parse("path,lat,lon\na.jpg,1,2\nb.jpg,1,100\n"), ContainsSubstring("t.csv:3: longitude 100 is too far"));
  CHECK_THROWS_WITH(parse("path,east,north\na.jpg,1,2\nnone.jpg,1,2\n"), ContainsSubstring("t.csv:3: no photo at"));
  CHECK_THROWS_WITH(parse("path,place\n,x\n"), ContainsSubstring("t.csv:2: the photo's path is empty"));
  CHECK_THROWS_WITH(parse("path,east,north\na.jpg,1\n"), ContainsSubstring("t.csv:2: found 2 fields"));
  CHECK_THROWS_WITH(parse("a.jpg,1,2\n"), ContainsSubstring("t.csv:1: no column of photos"));
  CHECK_THROWS_WITH(parse("path,east\na.jpg,1\n"), ContainsSubstring("needs a northing"));
  CHECK_THROWS_WITH(parse("path,lon\na.jpg,1\n"), ContainsSubstring("needs a longitude"));
  CHECK_THROWS_WITH(parse("path,lat,lon\n"), ContainsSubstring("no row below its header"));
}

TEST_CASE("A table may have semicolons and decimal commas") {
  const auto photos = parse("path;easting;northing\na.jpg;500012,25;4100003,5\nb.jpg;1.5;-2\n");
  CHECK(photos[0].position->east == 500012.25);
  CHECK(photos[1].position->east == 1.5);
  CHECK(parse("path\tx\ty\na.jpg\t1,5\t2\n")[0].position->east == 1.5);
  CHECK_THROWS_WITH(parse("path;x;y\na.jpg;1,500,000;2\n"), ContainsSubstring("t.csv:2: found '1,500,000' as x"));
  CHECK_THROWS_WITH(parse("path,x,y\na.jpg,\"1,5\",2\n"), ContainsSubstring("t.csv:2: found '1,5' as x"));
}

TEST_CASE("Numbers of a table that are not finite are named with file and line") {
  for (const std::string bad : {"nan", "inf", "1e999", "0x1p3"})
    CHECK_THROWS_WITH(parse("path,x,y\na.jpg,1,2\nb.jpg," + bad + ",2\n"), ContainsSubstring("t.csv:3: found '" + bad + "' as x"));
}

TEST_CASE("A table may give UTM zones") {
  const auto photos = parse("path,easting,northing,zone\na.jpg,1,2,10S\nb.jpg,1,2,56 H\n");
  CHECK(photos[0].position->zone == vpr::UtmZone{10, false});
  CHECK(photos[1].position->zone == vpr::UtmZone{56, true});
  const auto apart = parse("path,easting,northing,utm_zone,zone_letter\na.jpg,1,2,10,T\nb.jpg,1,2,11,\n");
  CHECK(apart[0].position->zone == vpr::UtmZone{10, false});
  CHECK(apart[1].position->zone == vpr::UtmZone{11, false, false});
  CHECK(parse("path,easting,northing,zone\na.jpg,1,2,residential\n")[0].position->zone.number == 0);
  CHECK(parse("path,x,y,epsg\na.jpg,1,2,32733\n")[0].position->zone == vpr::UtmZone{33, true});
  const auto hemispheres = parse("path,x,y,zone,hemisphere\na.jpg,500000,4000000,33,S\nb.jpg,500000,4000000,33,north\n");
  CHECK(hemispheres[0].position->zone == vpr::UtmZone{33, true});
  CHECK(hemispheres[1].position->zone == vpr::UtmZone{33, false});
  for (const std::string bad : {"61", "UTM 0", "33X3", "31466", "10.5"})
    CHECK_THROWS_WITH(parse("path,x,y,zone\na.jpg,1,2,\nb.jpg,1,2," + bad + "\n"),
                      ContainsSubstring("t.csv:3: found '" + bad + "' as zone"));
  CHECK_THROWS_WITH(parse("path,x,y,zone,hemisphere\na.jpg,1,2,33,east\n"), ContainsSubstring("t.csv:2: found 'east' as hemisphere"));
}

TEST_CASE("Eastings and northings of a table are of one kind, UTM's first") {
  const auto photos = parse("path,x,utm_north,utm_east,y\na.jpg,1,2,3,4\n");
  CHECK(photos[0].position->east == 3);
  CHECK(photos[0].position->north == 2);
  CHECK(parse("path,easting,y,northing,x\na.jpg,1,2,3,4\n")[0].position->north == 3);
  CHECK(parse("path,utm_easting,utm_northing\na.jpg,1,2\n")[0].position->north == 2);
  CHECK_THROWS_WITH(parse("path,easting,y\na.jpg,1,2\n"), ContainsSubstring("t.csv:1: an easting needs a northing of its kind"));
  CHECK(parse("path,lat,long\na.jpg,1,2\n")[0].position->zone.number == 31);
}

TEST_CASE("Degrees far apart may each be in a zone of their own") {
  const TemporaryFolder folder;
  folder.write("a.jpg");
  const auto photos =
      vpr::photos_in_csv(folder.write("t.csv", "path,lat,lon\na.jpg,48.8,2.3\na.jpg,40.7,-74\na.jpg,48.8,2.4\n"), {}, false);
  CHECK(photos[0].position->zone.number == 31);
  CHECK(photos[1].position->zone.number == 18);
  CHECK(photos[2].position->zone.number == 31);
}

TEST_CASE("A table's names may be of any bytes, escaped or not") {
  const TemporaryFolder folder;
  for (const char* name : {"caf\xE9.jpg", "x\ny.jpg", "sub/z.jpg", " b.jpg"}) folder.write(name);
  const auto photos = vpr::photos_in_csv(folder.write("t.csv", "path\ncaf\xE9.jpg\ncaf\\xE9.jpg\n\"x\ny.jpg\"\nsub\\z.jpg\n b.jpg\n"));
  REQUIRE(photos.size() == 5);
  CHECK(photos[1].name == "caf\xE9.jpg");
  CHECK(photos[2].name == "x\ny.jpg");
  CHECK(photos[3].name == "sub/z.jpg");
  CHECK(photos[4].name == " b.jpg");
}
