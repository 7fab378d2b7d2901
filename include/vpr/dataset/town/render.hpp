// SPDX-License-Identifier: MIT
/// @file
/// A photo of the synthetic town: what is seen, and in which light.
#pragma once

#include <vpr/dataset/town/facade.hpp>
#include <vpr/dataset/town/light.hpp>
#include <vpr/dataset/town/look.hpp>
#include <vpr/dataset/town/scene.hpp>
#include <vpr/dataset/town/view.hpp>
#include <vpr/image/image.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

namespace vpr::town {

namespace detail {

/// Everything that the colour of a spot depends on.
struct Stage {
  const Camera& camera;
  const Scene& town;
  const Scene& cars;
  const Light& light;
  const Shadows& shadows;
  std::vector<Vector> lamps;  // those nearby

  const Surface& surface(std::uint32_t id) const {
    return id < town.surfaces.size() ? town.surfaces[id] : cars.surfaces[id - town.surfaces.size()];
  }
};

inline Colour lamp_light(const Stage& stage, const Vector& point, const Vector& normal) {
  Colour sum;
  for (const Vector& lamp : stage.lamps) {
    const Vector to_lamp = lamp - point;
    const double squared = dot(to_lamp, to_lamp) + 0.5;
    const double facing = std::max(dot(normal, to_lamp), 0.0) / std::sqrt(squared) + 0.08;
    sum = sum + rgb(0xffc98a) * (9 * stage.light.lamps * facing / (squared + 4));
  }
  return sum;
}

/// The light that comes back along the ray from `distance` metres forward on a surface.
inline Colour shade(const Stage& stage, std::uint32_t id, const Vector& ray, double distance) {
  const Light& light = stage.light;
  if (id == View::sky) return sky_colour(light, ray);
  const Surface& s = stage.surface(id);
  const Vector point = stage.camera.eye + ray * distance;
  Vector normal = s.normal;
  SeenSpot spot;
  if (s.material == Material::leaves) {
    normal = normalized(point - s.origin);
    spot.grain = distance / stage.camera.focal;
  } else {
    const double into = -dot(ray, normal);
    spot.u = dot(point - s.origin, s.u);
    spot.v = dot(point - s.origin, s.v);
    spot.lean_u = dot(ray, s.u) / into;
    spot.lean_v = dot(ray, s.v) / into;
    spot.grain = distance / stage.camera.focal * std::sqrt(std::min(dot(ray, ray) / (into * into), 36.0));
  }
  const Look look = s.building != nullptr ? facade_look(s, spot) : plain_look(s, spot, point);

  const double canyon = 0.55 + 0.45 * smooth_step(-1, 9, point.z);  // less sky between the houses
  const double facing = std::max(dot(normal, light.to_sun), 0.0);
  const double lit = facing > 0 && light.sun.x > 0.1 ? stage.shadows.lit(point + normal * 0.8) : 0;
  Colour fall = mix(light.bounce, light.sky, 0.5 + 0.5 * normal.z) * canyon + light.sun * (facing * (light.sun.x > 0.1 ? lit : 1));
  if (light.lamps > 0) fall = fall + lamp_light(stage, point, normal);
  Colour colour = look.colour * fall + look.glow * light.lamps;
  if (look.gloss > 0) {
    const Vector mirrored = ray - normal * (2 * dot(ray, normal));
    const double up_there = smooth_step(-0.05, 0.5, mirrored.z / std::sqrt(dot(mirrored, mirrored)));
    colour = mix(colour, mix(light.haze * 0.35, light.zenith, up_there), look.gloss);
  }
  const double clear = std::exp(-light.fog * distance * std::sqrt(dot(ray, ray)));
  return mix(light.haze, colour, clear);
}

/// A difference that shows: the largest between the colour's parts, as the screen would have them.
inline double contrast(const Colour& a, const Colour& b) {
  return std::max(
      {std::abs(a.x - b.x) / (a.x + b.x + 0.1), std::abs(a.y - b.y) / (a.y + b.y + 0.1), std::abs(a.z - b.z) / (a.z + b.z + 0.1)});
}

}  // namespace detail

/// Renders what a camera sees of the town and of the cars in it. `seed` is that of the sensor's noise.
inline Image render(const Camera& camera, const Plan& plan, const Scene& town, const Scene& cars, const Light& light,
                    const Shadows& shadows, std::uint64_t seed) {
  View view(camera);
  view.draw(town);
  view.draw(cars, static_cast<std::uint32_t>(town.surfaces.size()));

  detail::Stage stage{camera, town, cars, light, shadows, {}};
  if (light.lamps > 0) {
    for (const Furniture& f : plan.furniture) {
      const Vector lamp = f.foot + f.facing * 1.6 + up * (5.0 * f.size), from_eye = lamp - camera.eye;
      if (f.kind == Furniture::Kind::lamp && dot(from_eye, from_eye) < 60 * 60 && dot(from_eye, camera.forward) > -20)
        stage.lamps.push_back(lamp);
    }
  }

  Image image({camera.height, camera.width});
  for (std::int64_t y = 0; y < camera.height; ++y) {
    std::uint8_t* row = image.row(y);
    Colour left;
    for (std::int64_t x = 0; x < camera.width; ++x) {
      const auto sample = [&](int i) {
        const std::int64_t sx = 2 * x + (i & 1), sy = 2 * y + (i >> 1);
        const Vector ray = camera.ray((static_cast<double>(sx) + 0.5) / 2, (static_cast<double>(sy) + 0.5) / 2);
        return detail::shade(stage, view.surface(sx, sy), ray, view.distance(sx, sy));
      };
      // One sample where that is as the pixel to the left; else two on the diagonal, and the other two where those differ.
      Colour colour = sample(0);
      if (x == 0 || detail::contrast(colour, left) > 0.02) {
        const Colour last = sample(3);
        const bool edge = detail::contrast(colour, last) > 0.1;
        colour = (colour + last) * 0.5;
        if (edge) colour = (colour + (sample(1) + sample(2)) * 0.5) * 0.5;
      }
      left = colour;

      const double dx = static_cast<double>(x) / static_cast<double>(camera.width) - 0.5,
                   dy = static_cast<double>(y) / static_cast<double>(camera.height) - 0.5;
      const double exposure = light.exposure * (1 - 0.35 * (dx * dx + dy * dy));
      const std::array<double, 3> parts = {colour.x, colour.y, colour.z};
      for (int channel = 0; channel < 3; ++channel) {
        const double exposed = parts[static_cast<std::size_t>(channel)] * exposure, toned = exposed * (1 + exposed * 0.25) / (1 + exposed);
        const double noisy =
            std::sqrt(toned) * 1.22 +
            light.grain * (cell(static_cast<int>(3 * x) + channel, static_cast<int>(y), static_cast<std::uint32_t>(seed)) - 0.5);
        row[3 * x + channel] = static_cast<std::uint8_t>(std::clamp(noisy, 0.0, 1.0) * 255 + 0.5);
      }
    }
  }
  return image;
}

}  // namespace vpr::town
