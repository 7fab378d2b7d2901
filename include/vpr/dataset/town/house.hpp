// SPDX-License-Identifier: MIT
/// @file
/// The synthetic town's houses as surfaces.
#pragma once

#include <vpr/dataset/town/plan.hpp>
#include <vpr/dataset/town/scene.hpp>

#include <algorithm>
#include <cstdint>
#include <numbers>

namespace vpr::town {

namespace detail {

inline void add_roof(Scene& scene, const Building& b, Dice& dice) {
  const Vector right = b.along * b.width, back = b.outward * -b.depth, front_left = b.corner + up * b.height();
  const Vector front_right = front_left + right, back_left = front_left + back, back_right = front_right + back;
  const Surface tiles{.material = Material::roof, .colour = b.roof_colour, .seed = static_cast<std::uint32_t>(b.seed)};
  const auto wall = [&](Flank kind) { return Surface{.material = Material::flank, .kind = static_cast<int>(kind), .building = &b}; };
  const Vector overhang = b.outward * 0.4;

  switch (b.roof) {
    case Roof::flat: {
      const double rise = dice.uniform(0.5, 1.1);
      scene.box(plain_surface(b.trim * 0.9), front_left + overhang - b.along * 0.3, b.along, b.outward, b.width + 0.6, b.depth + 0.7, rise,
                &tiles);
      break;
    }
    case Roof::gable_along: {
      const Vector ridge = back * 0.5 + up * (b.depth * dice.uniform(0.3, 0.55));
      scene.polygon(tiles, {front_left + overhang, front_right + overhang, front_right + ridge, front_left + ridge});
      scene.polygon(tiles, {back_right, back_left, front_left + ridge, front_right + ridge});
      scene.polygon(wall(Flank::bare), {front_right, back_right, front_right + ridge});
      scene.polygon(wall(Flank::bare), {back_left, front_left, front_left + ridge});
      break;
    }
    case Roof::gable_front:
    case Roof::stepped: {
      const Vector ridge = right * 0.5 + up * (b.width * dice.uniform(0.35, 0.6));
      scene.polygon(tiles, {front_right, back_right, back_left + ridge, front_left + ridge});
      scene.polygon(tiles, {back_left, front_left, front_left + ridge, back_left + ridge});
      scene.polygon(wall(Flank::round_window), {front_left, front_right, front_left + ridge});
      if (b.roof == Roof::stepped) {
        for (int step = 0; step < 4; ++step) {
          const double inset = b.width * step * 0.125, rise = ridge.z / 4 + 0.6;
          scene.box(wall(Flank::bare), front_left + b.outward * 0.15 + b.along * inset + up * (ridge.z / 4 * step), b.along, b.outward,
                    b.width - 2 * inset, 0.5, rise);
        }
      }
      break;
    }
    case Roof::mansard: {
      const double rise = dice.uniform(2.4, 3.4), inset = 1.2;
      const Vector in_left = front_left + b.along * inset - b.outward * inset + up * rise,
                   in_right = in_left + b.along * (b.width - 2 * inset);
      const Vector deep = back + b.outward * (2 * inset);
      scene.polygon(tiles, {front_left + overhang, front_right + overhang, in_right, in_left});
      scene.polygon(tiles, {front_right, back_right, in_right + deep, in_right});
      scene.polygon(tiles, {back_right, back_left, in_left + deep, in_right + deep});
      scene.polygon(tiles, {back_left, front_left, in_left, in_left + deep});
      scene.polygon(tiles, {in_left, in_right, in_right + deep, in_left + deep});
      const int columns = b.columns(b.width);
      for (int i = 0; i < columns; ++i) {
        const Vector foot = front_left + b.along * (b.width * (i + 0.5) / columns - 0.65) + up * 0.4;
        scene.box(plain_surface(b.trim), foot, b.along, b.outward, 1.3, 2, 1.7);
        scene.rectangle({.material = Material::glass, .second = b.frame, .kind = hash(b.seed, i) % 3 == 0},
                        foot + b.along * 0.2 + b.outward * 0.03 + up * 0.15, b.along * 0.9, up * 1.3);
      }
      break;
    }
    case Roof::hip: {
      const double rise = b.depth * dice.uniform(0.3, 0.5), inset = std::min(b.width * 0.4, b.depth * 0.5);
      const Vector middle = back * 0.5 + up * rise, left = front_left + b.along * inset + middle,
                   end = front_right - b.along * inset + middle;
      scene.polygon(tiles, {front_left + overhang, front_right + overhang, end, left});
      scene.polygon(tiles, {front_right, back_right, end});
      scene.polygon(tiles, {back_right, back_left, left, end});
      scene.polygon(tiles, {back_left, front_left, left});
      break;
    }
  }
  for (int i = dice.below(3); i > 0; --i) {
    const double from_left = dice.uniform(1, b.width - 2), behind = dice.uniform(0.3, 0.6);
    const Vector foot = front_left + b.along * from_left + back * behind;
    scene.box(plain_surface(b.wall * 0.6), foot, b.along, b.outward, 0.9, 0.7, b.roof == Roof::flat ? 2.2 : b.depth * 0.5 + 0.8);
  }
}

}  // namespace detail

/// A house, with its roof, balconies, awning and signs.
inline void add_building(Scene& scene, const Building& b) {
  Dice dice(b.seed);
  const Vector right = b.along * b.width, back = b.outward * -b.depth, rise = up * b.height();
  scene.rectangle({.material = Material::front, .building = &b}, b.corner, right, rise);
  scene.rectangle({.material = Material::flank, .building = &b}, b.corner + right, back, rise);
  scene.rectangle({.material = Material::flank, .building = &b}, b.corner + right + back, right * -1, rise);
  scene.rectangle({.material = Material::flank, .building = &b}, b.corner + back, back * -1, rise);
  detail::add_roof(scene, b, dice);

  if (b.tower) {
    const double side = 4.5, top = dice.uniform(7, 12), spire = dice.uniform(2, 9);
    const Vector left = b.corner + b.along * (b.width / 2 - side / 2) + rise - b.outward * 0.8;
    scene.box({.material = Material::flank, .kind = static_cast<int>(Flank::bare), .building = &b}, left, b.along, b.outward, side, side,
              top);
    scene.disc({.material = Material::pictogram, .colour = rgb(0xf4f0e2), .second = rgb(0x222222), .kind = static_cast<int>(Figure::ring)},
               left + b.along * (side / 2) + up * (top - 1.8) + b.outward * 0.05, b.outward, 1.3, 20);
    scene.column({.material = Material::roof, .colour = b.roof_colour}, left + b.along * (side / 2) - b.outward * (side / 2) + up * top,
                 side * 0.8, 0.05, spire, 8);
  }

  const int columns = b.columns(b.width);
  for (int floor = 0; floor < b.floors; ++floor) {
    for (int column = 0; column < columns; ++column) {
      if (!b.has_balcony(column, floor)) continue;
      const double wide = std::min(b.window_width + 0.9, b.width / columns - 0.1), deep = 0.9;
      const Vector left =
          b.corner + b.along * (b.width * (column + 0.5) / columns - wide / 2) + up * (b.ground_height + floor * b.floor_height - 0.05);
      scene.box(plain_surface(b.trim * 0.8), left + b.outward * deep, b.along, b.outward, wide, deep, 0.16);
      const Surface railing{
          .material = b.masonry == Masonry::panels ? Material::plain : Material::railing, .colour = b.accent, .second = b.wall * 0.35};
      scene.box(railing, left + b.outward * deep + up * 0.16, b.along, b.outward, wide, 0.06, 0.95);
    }
  }
  if (b.awning) {
    const Vector left = b.corner + b.along * 0.5 + up * (b.ground_height - 0.75), out = b.outward * 1.5 - up * 0.75,
                 wide = b.along * (b.width - 1);
    scene.polygon({.material = Material::stripes, .colour = b.accent, .second = rgb(0xf3efe4)},
                  {left + out, left + out + wide, left + wide, left});
    scene.rectangle({.material = Material::stripes, .colour = b.accent, .second = rgb(0xf3efe4)}, left + out - up * 0.28, wide, up * 0.28);
  }
  if (dice.chance(0.45)) {  // a sign that juts out over the pavement
    const double from_left = dice.uniform(0.6, b.width - 0.6), height = dice.uniform(3.4, 4.8), size = dice.uniform(0.7, 1.1);
    const Vector at = b.corner + b.along * from_left + up * height;
    const Colour colours[] = {rgb(0xf4f1e6), rgb(0x1d1d20), rgb(0xf2c53d)};
    const Surface picture{.material = Material::pictogram, .colour = b.accent, .second = dice.pick(colours), .kind = dice.below(7)};
    const int sides[] = {4, 6, 8, 20};
    const int corners = dice.pick(sides);
    for (const double way : {1.0, -1.0}) {
      scene.disc(picture, at + b.outward * (0.3 + size) + b.along * (0.03 * way), b.along * way, size, corners, std::numbers::pi / corners);
    }
    scene.box(plain_surface(rgb(0x2a2a2a)), at + b.outward * 0.4, b.along, b.outward, 0.06, 0.4, 0.06);
  }
  if (b.floors >= 3 && dice.chance(0.3)) {  // a tall board on the front
    const Vector at = b.corner + b.along * dice.uniform(0.2, b.width - 1.2) + b.outward + up * (b.ground_height + 0.6);
    const Surface board{.material = Material::board, .colour = b.accent, .second = rgb(0xf6f2e8), .kind = dice.below(24)};
    for (const double way : {1.0, -1.0}) {
      const Vector u = b.outward * way;  // seen along the street
      scene.rectangle(board, at + b.along * (0.05 * way) - u * 0.5, u, up * std::min(6.5, b.height() - b.ground_height - 1));
    }
  }
}

}  // namespace vpr::town
