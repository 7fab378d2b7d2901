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

TEST_CASE("UTM metres go back to the degrees that they came from") {
  for (const double latitude : {-80.0, -33.8568, -0.0001, 0.0, 12.5, 48.85837, 60.39, 83.9}) {
    for (const double longitude : {-179.9999, -79.9997, -6.0, 0.0, 2.29448, 15.65, 151.2153, 179.9999}) {
      for (const int shift : {0, 1}) {  // in a neighbour's zone, too
        vpr::UtmZone zone = vpr::utm_zone(latitude, longitude);
        zone.number = (zone.number - 1 + shift) % 60 + 1;
        if (!vpr::detail::in_reach(zone, longitude)) continue;
        const vpr::Degrees back = vpr::degrees_from_utm(vpr::utm_from_degrees(latitude, longitude, zone));
        CAPTURE(latitude, longitude, zone.number);
        CHECK(std::abs(back.latitude - latitude) < 1e-10);
        CHECK(std::abs(std::remainder(back.longitude - longitude, 360)) < 1e-9);
      }
    }
  }
}

TEST_CASE("Distances across a zone's border, the equator and the date line are those on the ground") {
  const auto apart = [](double latitude_a, double longitude_a, double latitude_b, double longitude_b) {
    const auto a = vpr::utm_from_degrees(latitude_a, longitude_a), b = vpr::utm_from_degrees(latitude_b, longitude_b);
    CHECK_FALSE(vpr::same_plane(a.zone, b.zone));
    return std::sqrt(vpr::squared_distance(a, b));
  };
  const double sine = std::sin(37.77 * vpr::detail::wgs84::to_radians);  // along a parallel: its radius times the angle
  const double parallel = 6378137 / std::sqrt(1 - 0.0066943799901413165 * sine * sine) * std::sqrt(1 - sine * sine);
  CHECK(apart(37.77, -120.00005, 37.77, -119.99995) == Approx(parallel * 1e-4 * vpr::detail::wgs84::to_radians).epsilon(1e-6));
  CHECK(apart(0.00005, 33, -0.00005, 33) == Approx(11.0574).epsilon(1e-5));  // along a meridian, at the equator
  CHECK(apart(0, 179.99995, 0, -179.99995) == Approx(6378137 * 1e-4 * vpr::detail::wgs84::to_radians).epsilon(1e-6));
  CHECK(apart(48.85837, 2.29448, 40.71278, -74.00597) == Approx(5.84e6).epsilon(0.005));
}

TEST_CASE("Within a zone, or where none is known, distances are those on the plane") {
  CHECK(vpr::squared_distance({0, 0}, {3, 4}) == 25);
  CHECK(vpr::squared_distance({500000, 4180000, {10, false}}, {500003, 4180004, {10, false}}) == 25);
  CHECK(vpr::squared_distance({500000, 4180000, {10, false}}, {500003, 4180004}) == 25);
  CHECK(vpr::squared_distance({500000, 4180000, {10, false, false}}, {500003, 4180004, {10, true}}) == 25);
  CHECK(std::sqrt(vpr::squared_distance({500000, 4180000, {11, false}}, {500000, 4180001, {10, false}})) == Approx(530e3).epsilon(0.01));
  CHECK(std::sqrt(vpr::squared_distance({500000, 4180000, {10, true}}, {500000, 4180000, {10, false}})) > 1e6);
}

TEST_CASE("A zone without its hemisphere is on the other's, or on the nearer of both") {
  const auto west = vpr::utm_from_degrees(-37.77, -120.00005), east = vpr::utm_from_degrees(-37.77, -119.99995);
  auto bare_west = west, bare_east = east;
  bare_west.zone = {west.zone.number, false, false};
  bare_east.zone = {east.zone.number, false, false};
  CHECK(std::sqrt(vpr::squared_distance(bare_west, east)) == Approx(8.81).margin(0.01));
  CHECK(std::sqrt(vpr::squared_distance(bare_west, bare_east)) == Approx(8.81).margin(0.01));
}

TEST_CASE("A position that is on no zone's grid is refused where zones are compared") {
  CHECK_THROWS_WITH(vpr::degrees_from_utm({5e6, 0, {10, false}}), ContainsSubstring("are in no UTM zone"));
  CHECK_THROWS_AS(vpr::degrees_from_utm({500000, 2e7, {10, false}}), vpr::ConfigError);
  CHECK_THROWS_AS(vpr::degrees_from_utm({500000, 0}), vpr::ConfigError);
  CHECK_THROWS_AS(vpr::degrees_from_utm({std::nan(""), 0, {10, false}}), vpr::ConfigError);
}
