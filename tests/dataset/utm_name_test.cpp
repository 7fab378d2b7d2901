// SPDX-License-Identifier: MIT
#include <vpr/dataset/utm_name.hpp>

#include "tests/support/catch.hpp"

#include <algorithm>

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
