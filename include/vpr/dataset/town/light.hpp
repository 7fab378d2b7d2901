// SPDX-License-Identifier: MIT
/// @file
/// Daylight, night and fog over the synthetic town.
#pragma once

#include <vpr/dataset/town/noise.hpp>
#include <vpr/dataset/town/plan.hpp>
#include <vpr/dataset/town/vector.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace vpr::town {

/// The light of a time of day.
struct Light {
  Vector to_sun;                  ///< unit vector
  Colour sun, sky, bounce;        ///< what falls on a face turned to the sun, up, and down
  Colour zenith, horizon, cloud;  ///< the sky's own colours
  double clouds = 0.5;            ///< the share of the sky that they cover
  double fog = 0;                 ///< per metre
  Colour haze;                    ///< what fog and distance fade to
  double lamps = 0;               ///< how bright lamps, windows and shop signs are
  double exposure = 1;
  double grain = 0.008;  ///< the sensor's noise
};

inline Vector sun_at(double azimuth_degrees, double elevation_degrees) {
  const double azimuth = azimuth_degrees * std::numbers::pi / 180, elevation = elevation_degrees * std::numbers::pi / 180;
  return {std::sin(azimuth) * std::cos(elevation), std::cos(azimuth) * std::cos(elevation), std::sin(elevation)};
}

inline Light midday() {
  return {.to_sun = sun_at(212, 44),
          .sun = Colour{1.9, 1.75, 1.5},
          .sky = Colour{0.62, 0.72, 0.9},
          .bounce = Colour{0.34, 0.31, 0.27},
          .zenith = rgb(0x4f86c6),
          .horizon = rgb(0xbcd3e6),
          .cloud = rgb(0xf4f4f2),
          .clouds = 0.45,
          .fog = 0.0011,
          .haze = rgb(0xb6c8d8)};
}
inline Light morning() {
  return {.to_sun = sun_at(118, 27),
          .sun = Colour{1.9, 1.5, 1.1},
          .sky = Colour{0.55, 0.63, 0.8},
          .bounce = Colour{0.3, 0.27, 0.25},
          .zenith = rgb(0x6d9ad0),
          .horizon = rgb(0xe6d9c8),
          .cloud = rgb(0xf7ead8),
          .clouds = 0.3,
          .fog = 0.0018,
          .haze = rgb(0xd2cfca)};
}
inline Light overcast() {
  return {.to_sun = sun_at(212, 60),
          .sun = Colour{0, 0, 0},
          .sky = Colour{1.25, 1.28, 1.32},
          .bounce = Colour{0.5, 0.5, 0.5},
          .zenith = rgb(0xa9b0b8),
          .horizon = rgb(0xd0d4d8),
          .cloud = rgb(0xe2e4e6),
          .clouds = 0.95,
          .fog = 0.003,
          .haze = rgb(0xc9ced3)};
}
inline Light fog() {
  Light light = overcast();
  light.sky = light.sky * 0.85;
  light.fog = 0.024;
  light.zenith = light.horizon = light.cloud = light.haze = rgb(0xc4c8ca);
  return light;
}
inline Light night() {
  return {.to_sun = sun_at(60, 50),
          .sun = Colour{0.02, 0.025, 0.04},
          .sky = Colour{0.035, 0.045, 0.075},
          .bounce = Colour{0.02, 0.018, 0.016},
          .zenith = rgb(0x0b1022),
          .horizon = rgb(0x2c2a3a),
          .cloud = rgb(0x1d1f2e),
          .clouds = 0.4,
          .fog = 0.002,
          .haze = rgb(0x1c1d28),
          .lamps = 1,
          .exposure = 1.5,
          .grain = 0.03};
}

/// The sky in a direction, hills at the horizon included.
inline Colour sky_colour(const Light& light, const Vector& direction) {
  const Vector d = normalized(direction);
  const double height = std::max(d.z, 0.0);
  Colour colour = mix(light.horizon, light.zenith, std::sqrt(height));
  const double x = d.x / (height + 0.12), y = d.y / (height + 0.12);
  const double cover = smooth_step(1 - light.clouds - 0.12, 1 - light.clouds + 0.2, fractal(x * 1.3, y * 1.3, 41, 4));
  colour = mix(colour, light.cloud, cover * smooth_step(0, 0.15, height));
  const double glare = std::max(dot(d, light.to_sun), 0.0);
  colour = colour + light.sun * (0.12 * std::pow(glare, 24.0));
  const double hills = 0.015 + 0.05 * fractal(std::atan2(d.y, d.x) * 4 + 20, 0.5, 43, 3);
  return d.z < hills ? mix(light.horizon * Colour{0.62, 0.72, 0.7}, light.haze, 0.45) : colour;
}

/// Up to which height the town's shadow reaches, at each metre of it.
class Shadows {
 public:
  Shadows(const Plan& plan, const Vector& to_sun)
      : side_(static_cast<int>((plan.streets + 1) * block)), heights_(cells()), lit_from_(cells()) {
    for (const Building& b : plan.buildings) {
      const Vector far = b.corner + b.along * b.width - b.outward * b.depth;
      const double roof = b.height() + (b.roof == Roof::flat ? 0.8 : 2.5);
      raise(std::min(b.corner.x, far.x), std::min(b.corner.y, far.y), std::max(b.corner.x, far.x), std::max(b.corner.y, far.y), roof);
    }
    for (const Furniture& f : plan.furniture) {
      const double radius = f.kind == Furniture::Kind::round_tree                                     ? 2.2 * f.size
                            : f.kind == Furniture::Kind::poplar || f.kind == Furniture::Kind::conifer ? 1.2 * f.size
                                                                                                      : 0;
      if (radius > 0) raise(f.foot.x - radius, f.foot.y - radius, f.foot.x + radius, f.foot.y + radius, (radius > 1.7 ? 5.5 : 7) * f.size);
    }
    const double flat = std::hypot(to_sun.x, to_sun.y), fall = to_sun.z / flat;
    const double dx = to_sun.x / flat, dy = to_sun.y / flat;
    for (int j = 0; j < side_; ++j) {
      for (int i = 0; i < side_; ++i) {
        double reach = -1;  // open ground is lit in full
        for (double t = 1; t * fall < 30; t += 1) {
          const int x = static_cast<int>(std::floor(i + 0.5 + dx * t)), y = static_cast<int>(std::floor(j + 0.5 + dy * t));
          if (x < 0 || y < 0 || x >= side_ || y >= side_) break;
          reach = std::max(reach, heights_[index(x, y)] - t * fall);
        }
        lit_from_[index(i, j)] = reach;
      }
    }
  }

  /// How much of the sun reaches a point, 0 to 1.
  double lit(const Vector& point) const {
    const double x = point.x + block - 0.5, y = point.y + block - 0.5;
    const int i = static_cast<int>(std::floor(x)), j = static_cast<int>(std::floor(y));
    if (i < 0 || j < 0 || i + 1 >= side_ || j + 1 >= side_) return 1;
    const double s = x - i, t = y - j;
    const double from = (lit_from_[index(i, j)] * (1 - s) + lit_from_[index(i + 1, j)] * s) * (1 - t) +
                        (lit_from_[index(i, j + 1)] * (1 - s) + lit_from_[index(i + 1, j + 1)] * s) * t;
    return smooth_step(-0.5, 0.5, point.z - from);
  }

 private:
  std::size_t cells() const { return static_cast<std::size_t>(side_) * static_cast<std::size_t>(side_); }
  std::size_t index(int x, int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(side_) + static_cast<std::size_t>(x);
  }
  void raise(double west, double south, double east, double north, double height) {
    const auto bound = [&](double value) { return std::clamp(static_cast<int>(std::floor(value + block + 0.5)), 0, side_); };
    for (int y = bound(south); y < bound(north); ++y) {
      for (int x = bound(west); x < bound(east); ++x) heights_[index(x, y)] = std::max(heights_[index(x, y)], height);
    }
  }

  int side_;  // metres; the town's south-west corner is at (-block, -block)
  std::vector<double> heights_, lit_from_;
};

}  // namespace vpr::town
