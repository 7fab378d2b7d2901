// SPDX-License-Identifier: MIT
#include <vpr/dataset/position_unit.hpp>
#include <vpr/dataset/training_photo.hpp>

#include "tests/support/catch.hpp"

#include <limits>

using vpr::Photo;
using vpr::Position;
using vpr::PositionUnit;

namespace {
using Positions = std::vector<Position>;

std::vector<Photo> photos(const Positions& positions) {
  std::vector<Photo> all;
  for (const Position& position : positions)
    all.push_back({"p" + std::to_string(all.size()), "p" + std::to_string(all.size()), position, {}});
  return all;
}
}  // namespace

TEST_CASE("Degrees in the place of metres are recognised") {
  CHECK(vpr::look_like_degrees(Positions{{120.4123, 36.1601}, {120.9, 36.9}}));
  CHECK(vpr::look_like_degrees(Positions{{2.29448, 48.85837}, {2.39, 48.95}}));
  CHECK(vpr::look_like_degrees(Positions{{48.85837, 2.29448}, {48.95, 2.39}}));  // the other order
  CHECK(vpr::look_like_degrees(Positions{{36.1601, 120.4123}, {36.9, 120.9}}));  // the other order, beyond 90
  CHECK(vpr::look_like_degrees(Positions{{120.41, 36.16}, {120.45, 36.19}}));    // to two decimals, as UTM names are written
  CHECK(vpr::look_like_degrees(Positions{{151.20732, -33.86785}}));              // a single photo
  CHECK(vpr::look_like_degrees(Positions{{2.29448, 48.85837}, {-0.12776, 51.50735}, {13.3777, 52.51628}, {-3.70379, 40.41678}}));
  CHECK(vpr::look_like_degrees(Positions{
      {2.29448, 48.85837}, {2.29451, 48.8584}, {151.20732, -33.86785}, {151.2074, -33.8679}, {-74.00597, 40.71278}, {-74.0061, 40.7129}}));
  CHECK(vpr::look_like_degrees(Positions{{120.4123, 36.1601}, {120.4124, 36.1602}, {-9999, -9999}}));  // one without a fix
}

TEST_CASE("Radians in the place of metres are recognised") {
  CHECK(vpr::look_like_degrees(Positions{{2.10162, 0.63111}, {2.10169, 0.63118}}));
  CHECK(vpr::look_like_degrees(Positions{{0.85274, 0.04004}, {0.85275, 0.04011}, {0.85279, 0.04006}}));  // the other order
  CHECK_FALSE(vpr::look_like_degrees(Positions{{0.1, 0.2}, {0.3, 0.25}}));                               // a table's top
  CHECK_FALSE(vpr::look_like_degrees(Positions{{2.5, 1.25}, {2.5, 1.25}}));                              // one spot in a room
}

TEST_CASE("Positions that are nowhere on Earth in metres are refused until they are declared") {
  const auto settle = [&](PositionUnit unit, Positions positions) {
    auto all = photos(positions);
    return vpr::settle_positions(unit, all);
  };
  const Positions e7{{22944813, 488583702}, {22951000, 488590000}}, millimetres{{0, 0}, {500123456, 4180456789}};
  CHECK_THROWS_AS(settle(PositionUnit::automatic, e7), vpr::FormatError);
  CHECK_THROWS_WITH(settle(PositionUnit::automatic, e7), ContainsSubstring("p0: its position 22944813, 488583702 cannot be metres") &&
                                                             ContainsSubstring("degrees times 10 million") &&
                                                             ContainsSubstring("--positions metres"));
  CHECK_THROWS_WITH(settle(PositionUnit::automatic, millimetres), ContainsSubstring("p1: its position 500123456, 4180456789"));
  CHECK(settle(PositionUnit::metres, e7).unit == PositionUnit::metres);
  CHECK_NOTHROW(settle(PositionUnit::automatic, {{40512345.5, 4412345.5}}));  // Gauss-Krüger in China, zone 40 in front of the easting
}

TEST_CASE("UTM coordinates in kilometres are refused until they are declared") {
  const vpr::UtmZone zone{10, false};
  const auto settle = [&](PositionUnit unit, Positions positions) {
    auto all = photos(positions);
    return vpr::settle_positions(unit, all);
  };
  const Positions town{{500.123, 4180.456, zone}, {500.223, 4180.756, zone}};
  CHECK_THROWS_AS(settle(PositionUnit::automatic, town), vpr::FormatError);
  CHECK_THROWS_WITH(settle(PositionUnit::automatic, town),
                    ContainsSubstring("p0: its position 500.123, 4180.456 is given in UTM zone 10") && ContainsSubstring("kilometres") &&
                        ContainsSubstring("--positions metres"));
  CHECK_THROWS_WITH(settle(PositionUnit::automatic, {{500123, 4180456, zone}, town[1]}), ContainsSubstring("p1: its position"));
  CHECK(settle(PositionUnit::metres, town).unit == PositionUnit::metres);

  CHECK_NOTHROW(settle(PositionUnit::automatic, {{500.123, 4180.456}, {500.223, 4180.756}}));            // a map of its own
  CHECK_NOTHROW(settle(PositionUnit::automatic, {{500123, 4180456, zone}, {0, 0, zone}}));               // a photo without a fix
  CHECK_NOTHROW(settle(PositionUnit::automatic, {{-33000, 6700000, {33, false}}}));                      // Bergen, in Norway's one zone
  CHECK_NOTHROW(settle(PositionUnit::automatic, {{500123, 240, zone}, {500123, 9999800, {10, true}}}));  // at the equator
}

TEST_CASE("Metres are no degrees, however small") {
  CHECK_FALSE(vpr::look_like_degrees({}));
  CHECK_FALSE(vpr::look_like_degrees(Positions{{500000, 4100000}, {500000.5, 4100000.5}}));
  CHECK_FALSE(vpr::look_like_degrees(Positions{{0, 0}, {100, 0}, {80, 0}}));
  CHECK_FALSE(vpr::look_like_degrees(Positions{{7, 8}}));
  CHECK_FALSE(vpr::look_like_degrees(Positions{{0.25, 0.5}, {0.75, 0.5}}));                                // a table's top
  CHECK_FALSE(vpr::look_like_degrees(Positions{{1.25, 3.5}, {4.75, 0.5}, {9.5, 6.25}}));                   // a room from its corner
  CHECK_FALSE(vpr::look_like_degrees(Positions{{-3.2145, 4.5512}, {2.7193, -1.0031}, {0.1234, 0.9876}}));  // a room from its middle
  CHECK_FALSE(vpr::look_like_degrees(Positions{{12.5, 40.2}, {30.25, 44.1}, {18.75, 41}}));  // part of a floor, to the centimetre
  CHECK_FALSE(vpr::look_like_degrees(Positions{{0, 0}, {0, 2.38}, {0, 4.76}, {0, 7.14}}));   // frames of a video, as Nordland's
  CHECK_FALSE(vpr::look_like_degrees(Positions{{170.25, 10.5}, {400.125, 10.5}, {900, 80}, {1000, 85}}));
  Positions loop;  // a robot's way, as its odometry writes it
  for (int i = 0; i < 400; ++i) loop.push_back({40 * std::sin(i * 0.0157) + 1e-6 * i, 30 - 30 * std::cos(i * 0.0157) + 1e-6 * i});
  CHECK_FALSE(vpr::look_like_degrees(loop));
}

TEST_CASE("Numbers that look like degrees are refused until their unit is declared") {
  auto database = photos({{120.4123, 36.1601}, {120.4523, 36.1901}}), queries = photos({{120.9, 36.9}});
  const auto settle = [&](PositionUnit unit) {
    auto d = database, q = queries;
    const auto settled = vpr::settle_positions(unit, d, q);
    return std::tuple(settled, d, q);
  };
  CHECK_THROWS_WITH(settle(PositionUnit::automatic),
                    ContainsSubstring("p0: its position 120.4123, 36.1601") && ContainsSubstring("looks like degrees") &&
                        ContainsSubstring("--positions degrees") && ContainsSubstring("--positions metres"));
  CHECK_THROWS_AS(settle(PositionUnit::automatic), vpr::FormatError);
  const auto [metres, d, q] = settle(PositionUnit::metres);
  CHECK(metres.unit == PositionUnit::metres);
  CHECK(metres.reason == "metres as declared");
  CHECK(d[1].position->east == 120.4523);
  const auto [degrees, d2, q2] = settle(PositionUnit::degrees);
  CHECK(degrees.unit == PositionUnit::degrees);
  CHECK(degrees.reason == "degrees as declared");
  CHECK(d2[0].position->zone == vpr::UtmZone{51, false});
  CHECK(std::sqrt(vpr::squared_distance(*d2[0].position, *d2[1].position)) == Approx(4909).margin(10));

  auto again = d;
  CHECK(vpr::settle_positions(PositionUnit::automatic, again).unit == PositionUnit::metres);  // what is settled stays so
}

TEST_CASE("Declared degrees out of range are named") {
  auto swapped = photos({{36.1601, 120.4123}});
  CHECK_THROWS_WITH(vpr::settle_positions(PositionUnit::degrees, swapped),
                    ContainsSubstring("p0: got latitude 120.412") && ContainsSubstring("longitude and then latitude"));
  auto metres = photos({{500000, 4100000}});
  CHECK_THROWS_AS(vpr::settle_positions(PositionUnit::degrees, metres), vpr::FormatError);
}

TEST_CASE("Positions that are NaN or infinite are named") {
  for (const double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    auto all = photos({{1, 2}, {1, bad}});
    CHECK_THROWS_WITH(vpr::settle_positions(PositionUnit::automatic, all), ContainsSubstring("p1: its position is 1, "));
    CHECK_THROWS_AS(vpr::settle_positions(PositionUnit::metres, all), vpr::FormatError);
  }
}

TEST_CASE("Positions that cannot be compared are refused, and those that can are not") {
  const auto settle = [](PositionUnit unit, Positions database, Positions queries) {
    auto d = photos(database), q = photos(queries);
    return vpr::settle_positions(unit, d, q);
  };
  const Position paris = vpr::utm_from_degrees(48.85837, 2.29448), local{12.5, 7.25}, zone_10{500000, 4180000, {10, false}},
                 zone_11{500000, 4180000, {11, false}};
  CHECK_THROWS_WITH(settle(PositionUnit::automatic, {paris}, {local}), ContainsSubstring("cannot be compared"));
  CHECK_THROWS_WITH(settle(PositionUnit::metres, {paris}, {paris}), ContainsSubstring("declared as metres"));
  CHECK_THROWS_WITH(settle(PositionUnit::automatic, {zone_10, zone_11}, {local}), ContainsSubstring("has no UTM zone"));
  CHECK(settle(PositionUnit::automatic, {zone_10}, {{500003, 4180000}}).unit == PositionUnit::metres);
  CHECK(settle(PositionUnit::automatic, {zone_10}, {zone_11}).reason.ends_with("compared through latitude and longitude"));
  CHECK(settle(PositionUnit::automatic, {paris}, {paris}).reason == "degrees from columns of latitude and longitude");
  CHECK(settle(PositionUnit::automatic, {paris}, {zone_10}).unit == PositionUnit::metres);
  CHECK(settle(PositionUnit::automatic, {}, {}).unit == PositionUnit::automatic);
  CHECK_THROWS_WITH(settle(PositionUnit::automatic, {{5e7, 0, {10, false}}}, {zone_11}), ContainsSubstring("are in no UTM zone"));
}

TEST_CASE("Degrees among metres of the UTM grid are refused, however few they are") {
  const auto utm = photos({{500000, 4180000}, {500010, 4180000}, {500020, 4180000}});
  for (const Position& one : {Position{8.123456, 50.123456}, Position{50.12, 8.1}, Position{-120.5, 36.25}, Position{8, 50}}) {
    CAPTURE(one.east);
    for (const bool swapped : {false, true}) {
      auto database = utm, queries = photos({one});
      CHECK_THROWS_WITH(swapped ? vpr::settle_positions(PositionUnit::automatic, queries, database)
                                : vpr::settle_positions(PositionUnit::automatic, database, queries),
                        ContainsSubstring("p0: its position ") && ContainsSubstring(" looks like degrees, that of p2, 500020"));
    }
    auto database = utm, queries = photos({one});
    CHECK(vpr::settle_positions(PositionUnit::metres, database, queries).unit == PositionUnit::metres);
  }
  auto mixed = photos({{500000, 4180000}, {8.123456, 50.123456}});
  for (Photo& place : mixed) place.path.clear();  // as those of a map, whose photos are elsewhere
  CHECK_THROWS_WITH(vpr::settle_positions(PositionUnit::automatic, mixed), ContainsSubstring("p1: its position "));
  auto zoned = photos({{500000, 4180000, {32, false}}});
  auto zoned_degrees = photos({{8.123456, 50.123456, {32, false}}});
  CHECK_THROWS_AS(vpr::settle_positions(PositionUnit::automatic, zoned, zoned_degrees), vpr::Error);

  auto unknown = photos({{500000, 4180000}, {0, 0}});  // a photo without a fix
  CHECK(vpr::settle_positions(PositionUnit::automatic, unknown).unit == PositionUnit::metres);
  auto local = photos({{12.25, 80.5}, {4000, 900}, {170000, 12}});  // a map around its origin
  CHECK(vpr::settle_positions(PositionUnit::automatic, local).unit == PositionUnit::metres);
}

TEST_CASE("Photos to train on are settled alike") {
  std::vector<vpr::TrainingPhoto> all{{.path = "a.jpg", .position = Position{120.4123, 36.1601}},
                                      {.path = "b.jpg", .position = Position{120.4125, 36.1601}},
                                      {.path = "c.jpg"}};
  CHECK_THROWS_WITH(vpr::settle_positions(PositionUnit::automatic, all), ContainsSubstring("a.jpg: its position"));
  CHECK(vpr::settle_positions(PositionUnit::degrees, all).unit == PositionUnit::degrees);
  CHECK(all[0].position->east > 1000);
}

TEST_CASE("Units have names") {
  CHECK(vpr::position_unit("metres") == PositionUnit::metres);
  CHECK(vpr::position_unit("automatic") == PositionUnit::automatic);
  CHECK(vpr::name_of(PositionUnit::degrees) == "degrees");
  CHECK_THROWS_AS(vpr::position_unit("feet"), vpr::ConfigError);
}
