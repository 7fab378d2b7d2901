// SPDX-License-Identifier: MIT
#include <vpr/dataset/utm.hpp>

#include "tests/support/catch.hpp"

TEST_CASE("Degrees become the UTM metres that PROJ gives") {
  struct Case {
    double latitude, longitude;
    int zone;
    bool south;
    double east, north;
  };
  // From PROJ (pyproj 3.7), EPSG:326xx and 327xx.
  const Case cases[] = {{40.44, -79.9997, 17, false, 584835.436210, 4477075.162119},
                        {35.6586, 139.7454, 54, false, 386437.602781, 3946808.155174},
                        {-33.8568, 151.2153, 56, true, 334900.569652, 6252288.752888},
                        {60.39, 5.32, 32, false, 297230.220210, 6700510.175254},
                        {0, 0, 31, false, 166021.443081, 0},
                        {-0.0001, 179.9999, 60, true, 833967.414049, 9999988.931725},
                        {78.22, 15.65, 33, false, 514813.527264, 8683004.153277},
                        {84, -180, 1, false, 465005.344939, 9329005.182447}};
  for (const Case& c : cases) {
    const vpr::Position position = vpr::utm_from_degrees(c.latitude, c.longitude);
    CHECK(position.zone.number == c.zone);
    CHECK(position.zone.south == c.south);
    CHECK(std::abs(position.east - c.east) < 2e-6);
    CHECK(std::abs(position.north - c.north) < 2e-6);
  }
}

TEST_CASE("A zone can be kept across its border and across the equator") {
  const vpr::Position position = vpr::utm_from_degrees(40.44, -86.0, {17, false});  // PROJ: EPSG:32617
  CHECK(std::abs(position.east - 75867.498320) < 2e-6);
  CHECK(std::abs(position.north - 4488615.483731) < 2e-6);

  const auto west = vpr::utm_from_degrees(50, -0.0001, {31, false}), east = vpr::utm_from_degrees(50, 0.0001, {31, false});
  CHECK(std::sqrt(vpr::squared_distance(west, east)) == Approx(14.34).margin(0.02));
  const auto north = vpr::utm_from_degrees(0.0001, 33, {36, false}), south = vpr::utm_from_degrees(-0.0001, 33, {36, false});
  CHECK(std::sqrt(vpr::squared_distance(north, south)) == Approx(22.11).margin(0.02));
  const auto date_line = vpr::utm_from_degrees(0, -179.9999, {60, false});
  CHECK(std::sqrt(vpr::squared_distance(date_line, vpr::utm_from_degrees(0, 179.9999))) == Approx(22.28).margin(0.02));
}

TEST_CASE("Degrees out of range are refused") {
  CHECK_THROWS_WITH(vpr::utm_from_degrees(84.1, 0), ContainsSubstring("latitude 84.1"));
  CHECK_THROWS_WITH(vpr::utm_from_degrees(0, 180.5), ContainsSubstring("longitude 180.5"));
  CHECK_THROWS_WITH(vpr::utm_from_degrees(48, 2, {54, false}), ContainsSubstring("too far from UTM zone 54"));
  CHECK_THROWS_AS(vpr::utm_from_degrees(48, 2, {61, false}), vpr::ConfigError);
  CHECK_THROWS_AS(vpr::utm_from_degrees(std::nan(""), 2), vpr::ConfigError);
}
