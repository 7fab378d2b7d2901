// SPDX-License-Identifier: MIT
/// @file
/// Three numbers: a place in the town (metres: east, north, up), a direction, or a colour (linear red, green, blue).
#pragma once

#include <vpr/core/requirements.hpp>

#include <algorithm>
#include <cmath>

namespace vpr::town {

/// A point, a direction or a colour. Double precision, so that compilers that round differently still give the same pixels.
struct Vector {
  double x = 0, y = 0, z = 0;

  friend Vector operator+(const Vector& a, const Vector& b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
  friend Vector operator-(const Vector& a, const Vector& b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
  friend Vector operator*(const Vector& a, const Vector& b) { return {a.x * b.x, a.y * b.y, a.z * b.z}; }
  friend Vector operator*(const Vector& a, double scale) { return {a.x * scale, a.y * scale, a.z * scale}; }
};

using Colour = Vector;

inline constexpr Vector up{0, 0, 1};

inline double dot(const Vector& a, const Vector& b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
inline Vector cross(const Vector& a, const Vector& b) { return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x}; }
inline Vector normalized(const Vector& a) { return a * (1 / std::sqrt(dot(a, a))); }
inline Vector mix(const Vector& a, const Vector& b, double share_of_b) { return a + (b - a) * share_of_b; }
inline double mix(double a, double b, double share_of_b) { return a + (b - a) * share_of_b; }
/// 0 up to `low`, 1 from `high` on, a smooth rise between.
inline double smooth_step(double low, double high, double value) {
  const double t = std::clamp((value - low) / (high - low), 0.0, 1.0);
  return t * t * (3 - 2 * t);
}

/// A colour as screens name it, 0xRRGGBB, in linear light (a gamma of 2).
constexpr Colour rgb(unsigned hex) {
  const double r = (hex >> 16 & 255) / 255.0, g = (hex >> 8 & 255) / 255.0, b = (hex & 255) / 255.0;
  return {r * r, g * g, b * b};
}

}  // namespace vpr::town
