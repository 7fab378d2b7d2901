// SPDX-License-Identifier: MIT
/// @file
/// What stands in the synthetic town's streets, as surfaces: trees, lamps, signs, cars.
#pragma once

#include <vpr/dataset/town/plan.hpp>
#include <vpr/dataset/town/scene.hpp>

#include <cmath>
#include <cstdint>
#include <numbers>

namespace vpr::town {

namespace detail {

inline void add_tree(Scene& scene, const Furniture& tree) {
  Dice dice(tree.seed);
  const bool conifer = tree.kind == Furniture::Kind::conifer, poplar = tree.kind == Furniture::Kind::poplar;
  const double size = tree.size, trunk = conifer ? 1.0 : poplar ? 1.6 : 2.8;
  const Colour greens[] = {rgb(0x4f7a34), rgb(0x3d6b3a), rgb(0x6b8a3c), rgb(0x2f5a33), rgb(0x7c8f45), rgb(0xa0823a)};
  const Colour green = conifer ? rgb(0x2c5138) : dice.pick(greens);
  scene.column(plain_surface(rgb(0x57463a)), tree.foot, 0.2 * size, 0.12 * size, (trunk + 1.2) * size, 6);
  const auto leaves = [&](Vector at, double radius) {
    const Surface look{
        .material = Material::leaves, .colour = green * dice.uniform(0.8, 1.15), .seed = static_cast<std::uint32_t>(dice.seed())};
    scene.ball(look, tree.foot + at * size, radius * size);
  };
  if (conifer || poplar) {
    const int rings = poplar ? 7 : 8;
    for (int i = 0; i < rings; ++i) {
      const double t = i / (rings - 1.0), radius = conifer ? 1.9 * (1 - t) + 0.25 : 0.75 + 0.8 * std::sin(0.4 + 2.4 * t);
      leaves({dice.uniform(-0.15, 0.15), dice.uniform(-0.15, 0.15), trunk + 0.4 + (poplar ? 8.0 : 6.0) * t}, radius);
    }
  } else {
    for (int i = 0; i < 11; ++i) {
      const double angle = 2.4 * i, out = i == 0 ? 0 : dice.uniform(0.9, 1.7), rise = dice.uniform(-0.6, 1.7),
                   radius = dice.uniform(0.9, 1.5);
      leaves({out * std::cos(angle), out * std::sin(angle), trunk + 1.6 + rise}, radius);
    }
  }
}

}  // namespace detail

/// A tree, a lamp, a sign, a bench or an advertising column.
inline void add_furniture(Scene& scene, const Furniture& f) {
  using Kind = Furniture::Kind;
  Dice dice(f.seed);
  const Vector side = cross(up, f.facing);
  const Surface dark = plain_surface(rgb(0x2d3033)), grey = plain_surface(rgb(0x8d9092));
  switch (f.kind) {
    case Kind::round_tree:
    case Kind::poplar:
    case Kind::conifer: return detail::add_tree(scene, f);
    case Kind::lamp: {
      const double height = 5.2 * f.size;
      scene.column(dark, f.foot, 0.09, 0.06, height, 6);
      scene.box(dark, f.foot + up * height + f.facing * 1.3 - side * 0.05, side, f.facing, 0.1, 1.3, 0.1);
      scene.box({.material = Material::glow, .colour = rgb(0xffd9a0)}, f.foot + up * (height - 0.2) + f.facing * 1.4 - side * 0.18, side,
                f.facing, 0.36, 0.6, 0.2);
      return;
    }
    case Kind::sign: {
      const double height = dice.uniform(2.2, 2.7);
      scene.column(grey, f.foot, 0.04, 0.04, height + 0.3, 5);
      const Vector centre = f.foot + up * height + f.facing * 0.06;
      const int shape = dice.below(4);
      const Colour red = rgb(0xc02126), blue = rgb(0x1c55a5), white = rgb(0xf3f3f0);
      const Surface back = plain_surface(rgb(0x9a9c9e));
      if (shape == 0)
        scene.disc({.material = Material::pictogram, .colour = red, .second = white, .kind = static_cast<int>(Figure::no_entry)}, centre,
                   f.facing, 0.42, 16);
      if (shape == 1)
        scene.disc({.material = Material::pictogram, .colour = red, .second = white, .kind = static_cast<int>(Figure::warning)}, centre,
                   f.facing, 0.5, 3, std::numbers::pi / 2);
      if (shape == 2)
        scene.disc({.material = Material::pictogram, .colour = white, .second = blue, .kind = static_cast<int>(Figure::parking)}, centre,
                   f.facing, 0.5, 4, std::numbers::pi / 4);
      if (shape == 3)
        scene.disc({.material = Material::board, .colour = red, .second = white, .kind = 23}, centre, f.facing, 0.45, 8,
                   std::numbers::pi / 8);
      scene.disc(back, centre - f.facing * 0.03, f.facing * -1, 0.42, 12);
      return;
    }
    case Kind::bench:
      scene.box(plain_surface(rgb(0x7a5230)), f.foot + up * 0.4 - f.facing * 0.9, f.facing, side, 1.8, 0.5, 0.08);
      scene.box(plain_surface(rgb(0x7a5230)), f.foot + up * 0.5 - f.facing * 0.9 - side * 0.45, f.facing, side, 1.8, 0.06, 0.45);
      scene.box(dark, f.foot - f.facing * 0.7, f.facing, side, 1.4, 0.4, 0.4);
      return;
    case Kind::column: {
      const Colour colours[] = {rgb(0xc23b2e), rgb(0x2c7fb8), rgb(0xe3b63c), rgb(0x3a8f5c)};
      scene.column({.material = Material::stripes, .colour = dice.pick(colours), .second = rgb(0xeeeadf)}, f.foot, 0.55, 0.55, 2.6, 10);
      scene.column(plain_surface(rgb(0x2f5a47)), f.foot + up * 2.6, 0.75, 0.05, 0.6, 10);
      return;
    }
  }
}

/// A car on the ground, its nose to `forward`.
inline void add_car(Scene& scene, Vector centre, Vector forward, CarKind kind, Colour paint) {
  const double length = kind == CarKind::saloon ? 4.3 : kind == CarKind::van ? 5.4 : 11, width = kind == CarKind::bus ? 2.5 : 1.8;
  const double height = kind == CarKind::saloon ? 1.45 : kind == CarKind::van ? 2.3 : 3.1, belt = kind == CarKind::bus ? 1.3 : 0.85;
  const Vector side = cross(up, forward), left_back = centre - forward * (length / 2) + side * (width / 2), rise = up * belt;
  const Surface body = plain_surface(paint), glass{.material = Material::glass, .second = paint * 0.5};
  const Vector low = up * 0.3;
  // The lower body: a box from the car's left side, as seen from its left.
  scene.box(body, left_back + forward * length + low, forward * -1, side, length, width, belt - 0.3);
  // The cabin narrows to the roof.
  const double nose = kind == CarKind::saloon ? 1.3
                      : kind == CarKind::van  ? 0.9
                                              : 0.1,
               tail = kind == CarKind::saloon ? 0.5 : 0.05, slope = kind == CarKind::saloon ? 0.6 : 0.3;
  const Vector bl = left_back + forward * tail + rise, fl = left_back + forward * (length - nose) + rise, across = side * -width;
  const Vector lift = up * (height - belt), in = side * -0.15;
  const Vector tbl = bl + lift + forward * (slope * 0.6) + in, tfl = fl + lift - forward * slope + in, narrow = across - in * 2;
  scene.polygon({.material = Material::car_side, .colour = paint, .kind = static_cast<int>(kind)}, {fl, bl, tbl, tfl});
  scene.polygon({.material = Material::car_side, .colour = paint, .kind = static_cast<int>(kind)},
                {bl + across, fl + across, tfl + narrow, tbl + narrow});
  scene.polygon(glass, {fl + across, fl, tfl, tfl + narrow});
  scene.polygon(glass, {bl, bl + across, tbl + narrow, tbl});
  scene.polygon(body, {tfl, tbl, tbl + narrow, tfl + narrow});
  for (const double at : {0.18, 0.8}) {
    for (const double way : {1.0, -1.0}) {
      const Vector hub = centre + forward * (length * (at - 0.5)) + side * ((width / 2 + 0.02) * way) + up * 0.33;
      scene.disc(plain_surface(rgb(0x1b1b1c)), hub, side * way, 0.34, 12);
      scene.disc(plain_surface(rgb(0x9a9da0)), hub + side * (0.01 * way), side * way, 0.18, 10);
    }
  }
  for (const double way : {0.7, -0.7}) {
    const Vector lamp = centre + side * (width / 2 * way - 0.15) + up * 0.6;
    scene.rectangle({.material = Material::glow, .colour = rgb(0xfff4d8)}, lamp + forward * (length / 2 + 0.01), side * 0.3, up * 0.16);
    scene.rectangle({.material = Material::glow, .colour = rgb(0xb01818)}, lamp - forward * (length / 2 + 0.01) + side * 0.3, side * -0.3,
                    up * 0.16);
  }
}

}  // namespace vpr::town
