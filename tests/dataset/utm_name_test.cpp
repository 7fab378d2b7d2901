// SPDX-License-Identifier: MIT
#include <vpr/dataset/utm_name.hpp>

#include "tests/support/catch.hpp"

#include <algorithm>
#include <cmath>

using vpr::position_from_name;

TEST_CASE("A UTM name gives its position and zone") {
  const auto position = position_from_name("@0584940.37@4477041.85@17@T@040.44000@-079.99970@000829@00@@@@@201311@pitch1_yaw1@.jpg");
  REQUIRE(position);
  CHECK(position->east == 584940.37);
  CHECK(position->north == 4477041.85);
  CHECK(position->zone.number == 17);
  CHECK_FALSE(position->zone.south);
  CHECK(position_from_name("@334900@6252288@56@H@.jpg")->zone.south);
}

TEST_CASE("A UTM name may leave out all but the two numbers") {
  CHECK(position_from_name("@0@00002.3@@@@@17@@@@@@@@.jpg")->north == 2.3);
  CHECK(position_from_name("@12@-7.5@.png")->north == -7.5);
  CHECK(position_from_name("@12@-7.5@.png")->zone.number == 0);
  CHECK(position_from_name("images/day@night/@1@2@x.jpg")->east == 1);
  CHECK(position_from_name("before@1@2@.jpg")->north == 2);
}

TEST_CASE("A name of another form gives no position") {
  for (const char* name : {"", "a.jpg", "@", "@@@@", "@1@2.jpg", "@1@.jpg", "@one@2@.jpg", "@1@inf@.jpg", "@nan@2@.jpg", "@1e999@2@.jpg",
                           "@1 2@3@.jpg", "@1@2@/photo.jpg"}) {
    CAPTURE(name);
    CHECK_FALSE(position_from_name(name));
  }
}

TEST_CASE("A written UTM name has the field's columns and reads back") {
  const std::string name = vpr::utm_name({500012.5, 4100003.25, {17, false}}, "night", ".png");
  CHECK(name == "@0500012.50@4100003.25@17@N@@@@@@@@@@night@.png");
  CHECK(std::count(name.begin(), name.end(), '@') == 15);
  CHECK(position_from_name(name)->north == 4100003.25);
  CHECK(position_from_name(name)->zone.number == 17);
  const std::string bare = vpr::utm_name({-1.5, 2});
  CHECK(std::count(bare.begin(), bare.end(), '@') == 15);
  CHECK(position_from_name(bare)->east == -1.5);
  CHECK(position_from_name(vpr::utm_name({0, 0, {56, true}}))->zone.south);
}

TEST_CASE("UTM zones are read with their letter beside them, apart, as hemisphere, or missing") {
  using vpr::UtmZone;
  const auto zone = [](std::string name) { return position_from_name(name)->zone; };
  CHECK(zone("@500000@4180000@10@S@.jpg") == UtmZone{10, false});  // the band from 32 to 40 degrees north
  CHECK(zone("@334900@6252288@56@S@.jpg") == UtmZone{56, true});   // no such northing in that band: the south
  CHECK(zone("@500000@4180000@10S@.jpg") == UtmZone{10, false});
  CHECK(zone("@500000@4180000@ 10 s@@.jpg") == UtmZone{10, false});
  CHECK(zone("@500000@4180000@10@@.jpg") == UtmZone{10, false, false});
  CHECK(zone("@500000@4180000@10@") == UtmZone{10, false, false});
  CHECK(zone("@500000@4180000@11@h@.jpg") == UtmZone{11, true});
  CHECK(zone("@500000@4180000@UTM10@S@.jpg") == UtmZone{10, false});
  CHECK(zone("@500000@4180000@UTM zone 10N@@.jpg") == UtmZone{10, false});
  CHECK(zone("@500000@4180000@10 South@@.jpg") == UtmZone{10, true});
  CHECK(zone("@500000@4180000@10.0@north@.jpg") == UtmZone{10, false});
  CHECK(zone("@500000@4180000@EPSG:32710@@.jpg") == UtmZone{10, true});
  CHECK(zone("@500000@4180000@25832@@.jpg") == UtmZone{32, false});
  for (const char* none : {"0", "61", "-3", "10.5", "S", "nan", "1e9", "10SS", "UTM", "32600", "32661", "32610N", "1-2"})
    CHECK(zone(std::string("@500000@4180000@") + none + "@@.jpg") == UtmZone{});
  const std::string bare = vpr::utm_name({1, 2, {10, false, false}});
  CHECK(zone(bare) == UtmZone{10, false, false});
  CHECK(std::count(bare.begin(), bare.end(), '@') == 15);
}

TEST_CASE("Numbers in a name that are not finite are kept for whoever compares positions") {
  CHECK(std::isnan(vpr::detail::position_as_written("@nan@2@.jpg")->east));
  CHECK(std::isinf(vpr::detail::position_as_written("@1@1e999@.jpg")->north));
  CHECK_FALSE(vpr::detail::position_as_written("@one@2@.jpg"));
}
