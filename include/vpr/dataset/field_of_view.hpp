// SPDX-License-Identifier: MIT
/// @file
/// How much two photos see of the same ground.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/core/finite.hpp>
#include <vpr/dataset/photo.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <utility>
#include <vector>

namespace vpr {

/// The ground that a photo shows: a sector around its heading. GCL's numbers for MSLS.
struct FieldOfView {
  double radius = 50;  ///< metres
  double angle = 90;   ///< degrees, at most 180
};

namespace detail {

using GroundPoint = std::array<double, 2>;  // east, north

/// The sector as a convex polygon, its arc in parts of at most 6 degrees; the corners go clockwise.
inline std::vector<GroundPoint> sector(GroundPoint at, double heading, const FieldOfView& view) {
  std::vector<GroundPoint> corners{at};
  const int parts = std::max(1, static_cast<int>(std::ceil(view.angle / 6)));
  for (int i = 0; i <= parts; ++i) {
    const double direction = (heading + view.angle * (static_cast<double>(i) / parts - 0.5)) * std::numbers::pi / 180;
    corners.push_back({at[0] + view.radius * std::sin(direction), at[1] + view.radius * std::cos(direction)});
  }
  return corners;
}

/// Twice the area to the right of a → b that c spans.
inline double right_of(const GroundPoint& a, const GroundPoint& b, const GroundPoint& c) {
  return (b[1] - a[1]) * (c[0] - a[0]) - (b[0] - a[0]) * (c[1] - a[1]);
}

inline double area(const std::vector<GroundPoint>& corners) {
  double twice = 0;
  for (std::size_t i = 2; i < corners.size(); ++i) twice += right_of(corners[0], corners[i - 1], corners[i]);
  return twice / 2;
}

/// What two convex polygons share, whose corners go clockwise (Sutherland and Hodgman 1974).
inline std::vector<GroundPoint> intersection(std::vector<GroundPoint> polygon, const std::vector<GroundPoint>& clip) {
  for (std::size_t i = 0; i < clip.size() && !polygon.empty(); ++i) {
    const GroundPoint &a = clip[i], &b = clip[(i + 1) % clip.size()];
    std::vector<GroundPoint> left;
    for (std::size_t k = 0; k < polygon.size(); ++k) {
      const GroundPoint &from = polygon[k], &to = polygon[(k + 1) % polygon.size()];
      const double before = right_of(a, b, from), after = right_of(a, b, to);
      if (before >= 0) left.push_back(from);
      if ((before > 0 && after < 0) || (before < 0 && after > 0)) {
        const double share = before / (before - after);
        left.push_back({from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])});
      }
    }
    polygon = std::move(left);
  }
  return polygon;
}

}  // namespace detail

/// The area that two photos' fields of view share, over that of both together, in [0, 1]: the graded likeness by which GCL trains (Leyva-Vallina et
/// al., CVPR 2023, section 3.1). Photos of two UTM zones share nothing.
/// @param heading_a, heading_b  degrees, clockwise from north
/// @throws ConfigError  for a field of view without an area, or of more than 180 degrees
inline double view_overlap(const Position& a, double heading_a, const Position& b, double heading_b, const FieldOfView& view = {}) {
  VPR_REQUIRE(ConfigError, is_finite(view.radius) && view.radius > 0 && view.angle > 0 && view.angle <= 180,
              "field of view: got a radius of ", view.radius, " m and an angle of ", view.angle,
              " degrees, expected more than 0, and at most 180");
  const double east = b.east - a.east, north = b.north - a.north;
  if (a.zone.number != b.zone.number || a.zone.south != b.zone.south || std::hypot(east, north) >= 2 * view.radius) return 0;
  const std::vector<detail::GroundPoint> first = detail::sector({0, 0}, heading_a, view),
                                         second = detail::sector({east, north}, heading_b, view);
  const double shared = detail::area(detail::intersection(first, second));
  return std::clamp(shared / (detail::area(first) + detail::area(second) - shared), 0.0, 1.0);
}

}  // namespace vpr
