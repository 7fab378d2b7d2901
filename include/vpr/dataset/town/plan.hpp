// SPDX-License-Identifier: MIT
/// @file
/// What stands where in the synthetic town.
#pragma once

#include <vpr/dataset/town/noise.hpp>
#include <vpr/dataset/town/vector.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

namespace vpr::town {

inline constexpr double block = 80;        ///< metres from one street's middle to the next one's
inline constexpr double street_half = 8;   ///< metres from a street's middle to the walls
inline constexpr double roadway_half = 4;  ///< metres from a street's middle to the kerb

enum class Masonry { brick, ashlar, render, boards, panels, tiles };
enum class Panes { cross, sash, grid, single, vertical };
enum class GroundFloor { shop, flats, garage, arcade };
enum class Roof { flat, gable_along, gable_front, mansard, stepped, hip };

/// A building: a box with a front that looks onto the street. Lengths in metres.
struct Building {
  Vector corner;   ///< the front's left end on the ground, as seen from the street
  Vector along;    ///< unit vector from left to right in the front
  Vector outward;  ///< unit vector to the street
  double width = 0, depth = 0;
  int floors = 0;  ///< above the ground floor
  double ground_height = 0, floor_height = 0;
  std::uint64_t seed = 0;

  Masonry masonry = Masonry::render;
  Panes panes = Panes::cross;
  GroundFloor ground = GroundFloor::flats;
  Roof roof = Roof::flat;
  Colour wall, trim, frame, accent, roof_colour;
  double bay = 3;  ///< the wish for the distance of window columns
  double window_width = 1.2, window_height = 1.6, sill = 0.8;
  bool arched = false, shutters = false, belts = false, quoins = false, surrounds = false, awning = false;
  int balconies = 0;  ///< 0: none, 1: at every window, 2: in every other column, 3: in the middle columns
  bool tower = false;
  int word = -1;  ///< the shop's, hotel's or bank's sign

  double height() const { return ground_height + floors * floor_height; }
  /// Window columns of a wall `wide` metres wide.
  int columns(double wide) const { return std::max(1, static_cast<int>(wide / bay)); }
  bool has_balcony(int column, int floor) const {
    const int count = columns(width);
    return floor >= 0 && floor < floors &&
           (balconies == 1 || (balconies == 2 && column % 2 == 1) || (balconies == 3 && std::abs(2 * column + 1 - count) <= 2));
  }
};

/// A tree, a lamp or a sign on a post, by the kerb.
struct Furniture {
  enum class Kind { round_tree, poplar, conifer, lamp, sign, bench, column } kind;
  Vector foot;
  Vector facing;  ///< unit vector along the street, to whoever comes
  double size = 1;
  std::uint64_t seed = 0;
};

/// Where a place's photos are taken from: the middle of a stretch of street, looking along it.
struct Spot {
  Vector eye;      ///< metres, at the height of a camera on a car
  double yaw = 0;  ///< radians counter-clockwise from east
  Vector along;    ///< the street's direction, unit
};

/// The whole town. Streets run along both axes at multiples of `block`; the town's south-west crossing is the origin.
struct Plan {
  int streets = 0;  ///< of each direction
  std::vector<Building> buildings;
  std::vector<Furniture> furniture;
  std::vector<Spot> spots;
};

namespace detail {

inline constexpr Colour wall_colours[] = {rgb(0x9c4a35), rgb(0x7d3b2c), rgb(0xb5694a), rgb(0xd8c9a8), rgb(0xe6dcc4), rgb(0xc9b08a),
                                          rgb(0xe3c27d), rgb(0xd9a05b), rgb(0xcf8a77), rgb(0xe0b4a4), rgb(0xa9bccb), rgb(0x8fa6b5),
                                          rgb(0xb6c4a2), rgb(0x8d9f85), rgb(0xefeae0), rgb(0xbfbdb8), rgb(0x8f8d89), rgb(0x6d6a68),
                                          rgb(0xd7d3c6), rgb(0xa08468), rgb(0x5f6f7c), rgb(0xc4756a), rgb(0xf0d9a0), rgb(0x74584a)};
inline constexpr Colour trim_colours[] = {rgb(0xf2efe6), rgb(0xd9d2c0), rgb(0xb8ab94), rgb(0x8a7f70), rgb(0xf7f4ee), rgb(0x5a544e)};
inline constexpr Colour frame_colours[] = {rgb(0xf5f4f0), rgb(0x3a2c22), rgb(0x23282c), rgb(0x6b4b33), rgb(0x2f4a3a), rgb(0xdedacb)};
inline constexpr Colour accent_colours[] = {rgb(0xa3262b), rgb(0x1f5a3c), rgb(0x1f3f78), rgb(0xe0a21a), rgb(0x2b2b2e),
                                            rgb(0x6a2c70), rgb(0x137d8a), rgb(0xd3541f), rgb(0x7a8f2a)};
inline constexpr Colour roof_colours[] = {rgb(0x8e4632), rgb(0x5c3a30), rgb(0x46494f), rgb(0x6a6f74), rgb(0x7a5b44), rgb(0x3d5a52)};

/// What the buildings of one stretch of street have in common.
struct District {
  explicit District(Dice dice)
      : walls{dice.pick(wall_colours), dice.pick(wall_colours), dice.pick(wall_colours)},
        masonry(static_cast<Masonry>(dice.below(6))),
        roof(static_cast<Roof>(dice.below(6))),
        floors(1 + dice.below(5)),
        shops(dice.uniform(0, 1)) {}
  Colour walls[3];
  Masonry masonry;
  Roof roof;
  int floors;
  double shops;
};

inline Building make_building(const District& district, Dice& dice) {
  Building b;
  b.seed = dice.seed();
  b.floors = std::clamp(district.floors - 1 + dice.below(3), 1, 6);
  b.floor_height = dice.uniform(2.7, 3.7);
  b.ground_height = dice.uniform(3.2, 4.6);
  b.masonry = dice.chance(0.5) ? district.masonry : static_cast<Masonry>(dice.below(6));
  b.panes = static_cast<Panes>(dice.below(5));
  b.ground = dice.chance(district.shops) ? GroundFloor::shop : static_cast<GroundFloor>(1 + dice.below(3));
  b.roof = dice.chance(0.5) ? district.roof : static_cast<Roof>(dice.below(6));
  b.wall = dice.chance(0.75) ? dice.pick(district.walls) : dice.pick(wall_colours);
  b.wall = b.wall * dice.uniform(0.75, 1.1);
  b.trim = dice.pick(trim_colours);
  b.frame = dice.pick(frame_colours);
  b.accent = dice.pick(accent_colours);
  b.roof_colour = dice.pick(roof_colours);
  b.bay = dice.uniform(2.1, 4.2);
  b.window_width = b.bay * dice.uniform(0.34, 0.72);
  b.window_height = b.floor_height * dice.uniform(0.42, 0.68);
  b.sill = (b.floor_height - b.window_height) * dice.uniform(0.4, 0.75);
  b.arched = dice.chance(0.2);
  b.shutters = b.window_width < 0.5 * b.bay && dice.chance(0.45);
  b.belts = dice.chance(0.4);
  b.quoins = dice.chance(0.25);
  b.surrounds = dice.chance(0.5);
  b.awning = b.ground == GroundFloor::shop && dice.chance(0.5);
  b.balconies = dice.chance(0.35) ? 1 + dice.below(3) : 0;
  b.tower = dice.chance(0.04);
  b.word = b.ground == GroundFloor::shop || dice.chance(0.1) ? dice.below(24) : -1;
  return b;
}

/// A row of buildings along one side of a stretch of street, from `start` on, `length` metres long.
inline void add_row(Plan& plan, const District& district, Vector start, Vector along, Vector outward, double length, Dice& dice) {
  if (dice.chance(0.08)) {  // a park
    for (double at = 2; at < length; at += dice.uniform(2, 5)) {
      const Vector foot = start + along * at - outward * dice.uniform(1, 16);
      plan.furniture.push_back({static_cast<Furniture::Kind>(dice.below(3)), foot, along, dice.uniform(0.8, 1.7), dice.seed()});
    }
    return;
  }
  const double depth = 12;
  for (double at = 0; at < length - 1;) {
    double width = dice.uniform(8, 17);
    if (length - at - width < 7) width = length - at;
    if (width < 14 && at > 8 && at + width < length - 8 && dice.chance(0.1)) {  // a gap with trees
      for (int i = 0; i < 2; ++i) {
        const Vector foot = start + along * (at + width * (0.3 + 0.4 * i)) - outward * dice.uniform(3, 8);
        plan.furniture.push_back({Furniture::Kind::round_tree, foot, along, dice.uniform(1.0, 1.6), dice.seed()});
      }
    } else {
      Building b = make_building(district, dice);
      b.corner = start + along * at - outward * (dice.chance(0.2) ? dice.uniform(0.3, 1.2) : 0.0);
      b.along = along;
      b.outward = outward;
      b.width = width;
      b.depth = depth;
      plan.buildings.push_back(b);
    }
    at += width;
  }
}

/// Both rows and the furniture of the stretch of street that starts at crossing `from` and runs `block` metres along `along`.
inline void add_stretch(Plan& plan, Vector from, Vector along, bool full_rows, Dice dice) {
  const Vector left = cross(up, along);
  const District district{Dice(dice.seed())};
  const double inset = full_rows ? 0 : 12;  // where the other direction's rows have the corner
  const double length = block - 2 * street_half - 2 * inset;
  const Vector first = from + along * (street_half + inset), last = from + along * (block - street_half - inset);
  add_row(plan, district, first + left * street_half, along, left * -1, length, dice);
  add_row(plan, district, last - left * street_half, along * -1, left, length, dice);

  using Kind = Furniture::Kind;
  const Kind tree = static_cast<Kind>(dice.below(3));
  const double trees = dice.chance(0.6) ? dice.uniform(0.3, 0.9) : 0.05, lamp_size = dice.uniform(0.8, 1.2);
  for (const double side : {-1.0, 1.0}) {
    for (double at = 12; at < block - 10; at += 9 + dice.uniform(0, 2)) {
      const Vector kerb = from + along * at + left * (side * (roadway_half + 0.8)), facing = along * -side;
      if (dice.chance(trees)) {
        plan.furniture.push_back({tree, kerb + left * (side * 0.6), facing, dice.uniform(0.7, 1.15), dice.seed()});
      } else if (dice.chance(0.5)) {
        plan.furniture.push_back({dice.chance(0.75)  ? Kind::sign
                                  : dice.chance(0.5) ? Kind::bench
                                                     : Kind::column,
                                  kerb, facing, 1, dice.seed()});
      }
    }
    for (double at = 20 + 8 * side; at < block - 8; at += 26) {
      plan.furniture.push_back(
          {Kind::lamp, from + along * at + left * (side * (roadway_half + 0.5)), left * -side, lamp_size, dice.seed()});
    }
  }
}

}  // namespace detail

/// Plans a town with at least `places` spots, one in each stretch of street between two crossings: 60 take 6 streets each way. Spots are
/// at least 45 m apart. Around the town stands one more ring of houses.
inline Plan plan_town(std::uint64_t seed, int places) {
  using std::numbers::pi;
  Plan plan;
  plan.streets = 2;
  while (2 * plan.streets * (plan.streets - 1) < places) ++plan.streets;
  for (int line = 0; line < plan.streets; ++line) {
    for (int at = -1; at < plan.streets; ++at) {
      for (const bool east : {true, false}) {
        const Vector from = east ? Vector{at * block, line * block, 0} : Vector{line * block, at * block, 0};
        const Vector along = east ? Vector{1, 0, 0} : Vector{0, 1, 0};
        const std::uint64_t stretch = hash(seed, line, at, east);
        detail::add_stretch(plan, from, along, east, Dice(stretch));
        if (at < 0 || at + 1 >= plan.streets || static_cast<int>(plan.spots.size()) >= places) continue;
        Dice dice(hash(stretch, 1));
        const bool back = dice.chance(0.5);
        const double turn = dice.either(0.15, 0.6), on = dice.uniform(-8, 8), aside = dice.uniform(-2, 2);
        const double yaw = (east ? 0 : pi / 2) + (back ? pi : 0) + turn;
        const Vector eye = from + along * (block / 2 + on) + cross(up, along) * aside + up * 2.4;
        plan.spots.push_back({eye, yaw, along * (back ? -1 : 1)});
      }
    }
  }
  return plan;
}

}  // namespace vpr::town
