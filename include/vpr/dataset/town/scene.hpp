// SPDX-License-Identifier: MIT
/// @file
/// Flat surfaces and leafy balls: all that the synthetic town is made of.
#pragma once

#include <vpr/dataset/town/plan.hpp>
#include <vpr/dataset/town/vector.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <numbers>
#include <span>
#include <vector>

namespace vpr::town {

/// What a surface is made of; look.hpp and facade.hpp say what that looks like.
enum class Material : std::uint8_t { front, flank, roof, ground, plain, stripes, board, pictogram, railing, glass, leaves, car_side, glow };

enum class Flank { windows, bare, round_window };
enum class Figure { cross, ring, diamond, cup, stripes, moon, hat, no_entry, warning, parking };
enum class CarKind { saloon, van, bus };

/// A flat surface, with its own coordinates in metres: `point - origin` along the unit vectors `u` (right, as seen from the front) and `v`.
struct Surface {
  Material material = Material::plain;
  Colour colour = {}, second = {};
  int kind = 0;                        ///< the word on a board, the figure on a sign, the sort of flank or car
  std::uint32_t seed = 0;              ///< of its grain
  const Building* building = nullptr;  ///< of a front or flank
  Vector origin = {}, u = {}, v = {}, normal = {};
  double width = 0, height = 0;
};

/// A surface of one colour.
inline Surface plain_surface(Colour colour) { return {.colour = colour}; }

/// Surfaces in the order in which they were added; each is one convex polygon or one ball.
struct Scene {
  static constexpr std::size_t most_corners = 20;  ///< of a polygon

  struct Polygon {
    std::uint32_t surface, first, count;
  };
  struct Ball {
    std::uint32_t surface;
    Vector centre;
    double radius;
  };
  std::vector<Surface> surfaces;
  std::vector<Polygon> polygons;
  std::vector<Vector> corners;
  std::vector<Ball> balls;

  /// A convex polygon, its corners counter-clockwise as seen from the front; the first edge is its `u`.
  void polygon(Surface look, std::span<const Vector> points) {
    look.origin = points[0];
    look.u = normalized(points[1] - points[0]);
    look.normal = normalized(cross(points[1] - points[0], points[2] - points[0]));
    look.v = cross(look.normal, look.u);
    for (const Vector& point : points) {
      look.width = std::max(look.width, dot(point - look.origin, look.u));
      look.height = std::max(look.height, dot(point - look.origin, look.v));
    }
    polygons.push_back({static_cast<std::uint32_t>(surfaces.size()), static_cast<std::uint32_t>(corners.size()),
                        static_cast<std::uint32_t>(points.size())});
    corners.insert(corners.end(), points.begin(), points.end());
    surfaces.push_back(look);
  }
  void polygon(const Surface& look, std::initializer_list<Vector> points) { polygon(look, std::span(points.begin(), points.size())); }

  /// A rectangle: its lower left corner, and its sides to the right and up.
  void rectangle(const Surface& look, Vector corner, Vector right, Vector rise) {
    polygon(look, {corner, corner + right, corner + right + rise, corner + rise});
  }

  /// A box: its front's lower left corner, unit vectors to the right and to the front, and its sizes. `top` where it differs from the sides.
  void box(const Surface& look, Vector corner, Vector along, Vector outward, double width, double depth, double height,
           const Surface* top = nullptr) {
    const Vector right = along * width, back = outward * -depth, rise = up * height;
    rectangle(look, corner, right, rise);
    rectangle(look, corner + right, back, rise);
    rectangle(look, corner + right + back, right * -1, rise);
    rectangle(look, corner + back, back * -1, rise);
    rectangle(top != nullptr ? *top : look, corner + rise, right, back);
    if (corner.z > 0) rectangle(look, corner + back, right, back * -1);
  }

  /// An upright prism or cone of `sides` around an axis.
  void column(const Surface& look, Vector foot, double radius, double top_radius, double height, int sides) {
    const auto rim = [&](int i, double r, double z) {
      const double angle = 2 * std::numbers::pi * i / sides;
      return foot + Vector{r * std::cos(angle), r * std::sin(angle), z};
    };
    for (int i = 0; i < sides; ++i) {
      polygon(look, {rim(i, radius, 0), rim(i + 1, radius, 0), rim(i + 1, top_radius, height), rim(i, top_radius, height)});
    }
  }

  /// A flat disc or regular polygon, standing upright and facing `normal`.
  void disc(Surface look, Vector centre, Vector normal, double radius, int sides, double turn = 0) {
    const Vector right = cross(up, normal);
    std::vector<Vector> points;
    for (int i = 0; i < sides; ++i) {
      const double angle = 2 * std::numbers::pi * i / sides + turn;
      points.push_back(centre + right * (radius * std::cos(angle)) + up * (radius * std::sin(angle)));
    }
    polygon(look, points);
    Surface& added = surfaces.back();  // its coordinates are upright, from its lower left
    added.origin = centre - (right + up) * radius;
    added.u = right;
    added.v = up;
    added.width = added.height = 2 * radius;
  }

  void ball(Surface look, Vector centre, double radius) {
    look.origin = centre;
    balls.push_back({static_cast<std::uint32_t>(surfaces.size()), centre, radius});
    surfaces.push_back(look);
  }
};

}  // namespace vpr::town
