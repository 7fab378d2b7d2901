// SPDX-License-Identifier: MIT
/// @file
/// Which surface each spot of a photo shows: a depth buffer of 2×2 samples a pixel.
#pragma once

#include <vpr/dataset/town/scene.hpp>
#include <vpr/dataset/town/vector.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace vpr::town {

/// A pinhole camera without distortion.
struct Camera {
  Vector eye, right, rise, forward;    ///< unit axes
  std::int64_t height = 0, width = 0;  ///< pixels
  double focal = 0;                    ///< pixels

  /// @param yaw,pitch  radians: counter-clockwise from east, and up
  /// @param field_of_view  radians, from the left border to the right one
  static Camera look(Vector eye, double yaw, double pitch, std::int64_t height, std::int64_t width, double field_of_view) {
    Camera camera;
    camera.eye = eye;
    camera.forward = {std::cos(yaw) * std::cos(pitch), std::sin(yaw) * std::cos(pitch), std::sin(pitch)};
    camera.right = {std::sin(yaw), -std::cos(yaw), 0};
    camera.rise = cross(camera.right, camera.forward);
    camera.height = height;
    camera.width = width;
    camera.focal = static_cast<double>(width) / 2 / std::tan(field_of_view / 2);
    return camera;
  }
  /// The ray through (x, y) in pixels from the upper left; one unit of it is one metre forward.
  Vector ray(double x, double y) const {
    return forward + right * ((x - static_cast<double>(width) / 2) / focal) + rise * ((static_cast<double>(height) / 2 - y) / focal);
  }
};

/// The nearest surface at each of 2·width × 2·height samples.
class View {
 public:
  static constexpr std::uint32_t sky = 0xffffffff;

  explicit View(const Camera& camera) : camera_(camera), width_(2 * camera.width), height_(2 * camera.height) {
    nearness_.resize(static_cast<std::size_t>(width_ * height_));
    surface_.resize(nearness_.size(), sky);
  }

  /// Adds the polygons and balls of a scene; `offset` is added to its surfaces' numbers.
  void draw(const Scene& scene, std::uint32_t offset = 0) {
    for (const Scene::Polygon& polygon : scene.polygons) {
      const Surface& s = scene.surfaces[polygon.surface];
      if (dot(s.normal, camera_.eye - s.origin) > 0)
        draw_polygon(s, &scene.corners[polygon.first], polygon.count, polygon.surface + offset);
    }
    for (const Scene::Ball& ball : scene.balls) draw_ball(ball, scene.surfaces[ball.surface].seed, ball.surface + offset);
  }

  /// The surface at sample (x, y), and how many metres forward it is.
  std::uint32_t surface(std::int64_t x, std::int64_t y) const { return surface_[static_cast<std::size_t>(y * width_ + x)]; }
  double distance(std::int64_t x, std::int64_t y) const { return 1 / nearness_[static_cast<std::size_t>(y * width_ + x)]; }

 private:
  static constexpr double near = 0.2;

  Vector to_camera(const Vector& point) const {
    const Vector from_eye = point - camera_.eye;
    return {dot(from_eye, camera_.right), dot(from_eye, camera_.rise), dot(from_eye, camera_.forward)};
  }

  /// In samples; (0, 0) is the middle of the upper left one.
  double sample_x(const Vector& p) const { return static_cast<double>(camera_.width) + 2 * camera_.focal * p.x / p.z - 0.5; }
  double sample_y(const Vector& p) const { return static_cast<double>(camera_.height) - 2 * camera_.focal * p.y / p.z - 0.5; }

  void draw_polygon(const Surface& s, const Vector* points, std::uint32_t count, std::uint32_t id) {
    Vector seen[Scene::most_corners], clipped[Scene::most_corners + 1];
    std::size_t corners = 0;
    for (std::uint32_t i = 0; i < count; ++i) seen[i] = to_camera(points[i]);
    for (std::uint32_t i = 0; i < count; ++i) {  // cut off what is behind the near plane
      const Vector &a = seen[i], &b = seen[(i + 1) % count];
      if (a.z >= near) clipped[corners++] = a;
      if ((a.z >= near) != (b.z >= near)) clipped[corners++] = mix(a, b, (near - a.z) / (b.z - a.z));
    }
    if (corners < 3) return;

    double xs[Scene::most_corners + 1], ys[Scene::most_corners + 1], top = 1e9, bottom = -1e9;
    for (std::size_t i = 0; i < corners; ++i) {
      xs[i] = sample_x(clipped[i]);
      ys[i] = sample_y(clipped[i]);
      top = std::min(top, ys[i]);
      bottom = std::max(bottom, ys[i]);
    }
    // On a plane, 1 / distance is linear over the picture: nearness = ray·normal / (origin - eye)·normal.
    const double scale = 1 / dot(s.normal, s.origin - camera_.eye), step = scale * dot(s.normal, camera_.right) / (2 * camera_.focal);
    const auto first_row = static_cast<std::int64_t>(std::ceil(std::max(top, 0.0)));
    const auto last_row = static_cast<std::int64_t>(std::floor(std::min(bottom, static_cast<double>(height_ - 1))));
    for (std::int64_t y = first_row; y <= last_row; ++y) {
      double left = 1e9, right = -1e9;
      for (std::size_t i = 0, j = corners - 1; i < corners; j = i++) {
        const double row = static_cast<double>(y);
        if ((ys[i] <= row) == (ys[j] <= row)) continue;
        const double x = xs[i] + (xs[j] - xs[i]) * (row - ys[i]) / (ys[j] - ys[i]);
        left = std::min(left, x);
        right = std::max(right, x);
      }
      const auto first = static_cast<std::int64_t>(std::ceil(std::max(left, 0.0)));
      const auto last = static_cast<std::int64_t>(std::floor(std::min(right, static_cast<double>(width_ - 1))));
      const double start = scale * dot(s.normal, camera_.ray(0.25, (static_cast<double>(y) + 0.5) / 2));
      float* nearness = &nearness_[static_cast<std::size_t>(y * width_)];
      std::uint32_t* surface = &surface_[static_cast<std::size_t>(y * width_)];
      for (std::int64_t x = first; x <= last; ++x) {
        const double here = start + step * static_cast<double>(x);
        if (here > nearness[x]) {
          nearness[x] = static_cast<float>(here);
          surface[x] = id;
        }
      }
    }
  }

  /// A ball with a ragged rim, as far as leaves go.
  void draw_ball(const Scene::Ball& ball, std::uint32_t seed, std::uint32_t id) {
    const Vector centre = to_camera(ball.centre);
    if (centre.z < near + ball.radius) return;
    const double size = 2 * camera_.focal * ball.radius / centre.z * 1.15, x0 = sample_x(centre), y0 = sample_y(centre);
    const auto bound = [](double value, std::int64_t limit) {
      return static_cast<std::int64_t>(std::clamp(value, -1.0, static_cast<double>(limit)));
    };
    const std::int64_t left = bound(x0 - size, width_) + 1, right = bound(x0 + size, width_ - 1);
    const std::int64_t top = bound(y0 - size, height_) + 1, bottom = bound(y0 + size, height_ - 1);
    for (std::int64_t y = top; y <= bottom; ++y) {
      for (std::int64_t x = left; x <= right; ++x) {
        const double dx = (static_cast<double>(x) - x0) / size * 1.15, dy = (static_cast<double>(y) - y0) / size * 1.15,
                     r2 = dx * dx + dy * dy;
        if (r2 > 1.3) continue;
        const double here = 1 / (centre.z - ball.radius * std::sqrt(std::max(0.0, 1 - r2)));
        const std::size_t at = static_cast<std::size_t>(y * width_ + x);
        if (here <= nearness_[at]) continue;
        if (r2 > 0.55) {
          const double ragged = noise(dx * 3.1 + ball.centre.x, dy * 3.1 + ball.centre.y, seed) * 0.6 + noise(dx * 14, dy * 14, seed) * 0.4;
          if (r2 > 0.55 + 0.75 * ragged) continue;
        }
        nearness_[at] = static_cast<float>(here);
        surface_[at] = id;
      }
    }
  }

  Camera camera_;
  std::int64_t width_, height_;
  std::vector<float> nearness_;  // 1 / distance
  std::vector<std::uint32_t> surface_;
};

}  // namespace vpr::town
