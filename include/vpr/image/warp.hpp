// SPDX-License-Identifier: MIT
/// @file
/// Shearing, shifting, turning and tilting 8-bit photos as torchvision does PIL images, bilinear, bit for bit.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/core/finite.hpp>
#include <vpr/image/image.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

namespace vpr {

/// Where an output point (x, y) is taken from: ((a x + b y + c) / (g x + h y + 1), (d x + e y + f) / (g x + h y + 1)), the numbers in
/// alphabetical order. Pixels have their centres at halves.
using Warp = std::array<double, 8>;

/// The photo under a warp, of the same size, bilinear; black where it takes from outside (`PIL.Image.transform`, no fill colour).
/// A coordinate that is not finite counts as outside.
inline Image warp(const RgbPhoto& photo, const Warp& map) {
  Image out(photo.size());
  // Tables, so that no product is fused with its sum: a coordinate that lies on a pixel must not slip to its neighbour.
  const auto products = [](double factor, std::int64_t count) {
    std::vector<double> table(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i) table[static_cast<std::size_t>(i)] = factor * (static_cast<double>(i) + 0.5);
    return table;
  };
  const auto ax = products(map[0], photo.width), dx = products(map[3], photo.width), gx = products(map[6], photo.width);
  const auto by = products(map[1], photo.height), ey = products(map[4], photo.height), hy = products(map[7], photo.height);
  const auto width = static_cast<double>(photo.width), height = static_cast<double>(photo.height);
  for (std::int64_t y = 0; y < photo.height; ++y) {
    std::uint8_t* target = out.row(y);
    for (std::int64_t x = 0; x < photo.width; ++x, target += 3) {
      const double scale = gx[static_cast<std::size_t>(x)] + hy[static_cast<std::size_t>(y)] + 1;
      const double u = (ax[static_cast<std::size_t>(x)] + by[static_cast<std::size_t>(y)] + map[2]) / scale,
                   v = (dx[static_cast<std::size_t>(x)] + ey[static_cast<std::size_t>(y)] + map[5]) / scale;
      if (!(is_finite(u) && is_finite(v) && u >= 0 && u < width && v >= 0 && v < height)) continue;
      const double left = std::floor(u - 0.5), top = std::floor(v - 0.5);
      const double across = u - 0.5 - left, down = v - 0.5 - top;
      const auto column = static_cast<std::int64_t>(left), row = static_cast<std::int64_t>(top);
      const std::int64_t first = 3 * std::max<std::int64_t>(column, 0), second = 3 * std::min(column + 1, photo.width - 1);
      const std::uint8_t *upper = photo.row(std::max<std::int64_t>(row, 0)), *lower = photo.row(std::min(row + 1, photo.height - 1));
      for (int c = 0; c < 3; ++c) {
        const double above = upper[first + c] + (upper[second + c] - upper[first + c]) * across;
        const double below = lower[first + c] + (lower[second + c] - lower[first + c]) * across;
        target[c] = static_cast<std::uint8_t>(above + (below - above) * down);
      }
    }
  }
  return out;
}

/// The warp of torchvision's `affine` of scale 1 that shears along x and y (radians), then shifts (pixels).
inline Warp shear_and_shift(double shear_x, double shear_y, double shift_x, double shift_y, double centre_x, double centre_y) {
  const double a = std::cos(-shear_y) / std::cos(shear_y), b = -std::cos(-shear_y) * std::tan(shear_x) / std::cos(shear_y);
  const double c = std::sin(-shear_y) / std::cos(shear_y), d = -std::sin(-shear_y) * std::tan(shear_x) / std::cos(shear_y) + 1;
  const double x = -centre_x - shift_x, y = -centre_y - shift_y;
  return {d, -b, d * x - b * y + centre_x, -c, a, -c * x + a * y + centre_y, 0, 0};
}

/// The warp that turns a photo of that size about its middle, degrees counter-clockwise (`PIL.Image.rotate`).
inline Warp turn(ImageSize size, double degrees) {
  const double angle = -(degrees - 360 * std::floor(degrees / 360)) * (std::numbers::pi / 180);
  const auto rounded = [](double value) {  // to 15 digits, as PIL does
    char text[40];
    const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, 15).ptr;
    std::from_chars(text, end, value);
    return value;
  };
  const double cosine = rounded(std::cos(angle)), sine = rounded(std::sin(angle));
  const double x = static_cast<double>(size.width) / 2, y = static_cast<double>(size.height) / 2;
  volatile double cx = cosine * -x, sy = sine * -y, sx = -sine * -x, cy = cosine * -y;  // rounded before they are added
  return {cosine, sine, cx + sy + x, -sine, cosine, sx + cy + y, 0, 0};
}

/// The warp that moves a photo's corner pixels (top left, top right, bottom right, bottom left) to four points, each {x, y}
/// (torchvision's `perspective`). @throws ConfigError where three of the points lie on a line, or a side is below 2
inline Warp tilt(ImageSize size, const std::array<std::array<double, 2>, 4>& corners) {
  VPR_REQUIRE(ConfigError, size.height >= 2 && size.width >= 2, "tilt: a photo of ", size, " has no four corners");
  // Heckbert 1989, section 2.2.3: from the unit square to four points; its inverse is the adjugate.
  const auto [p0, p1, p2, p3] = corners;
  const double x1 = p1[0] - p2[0], x2 = p3[0] - p2[0], xs = p0[0] - p1[0] + p2[0] - p3[0];
  const double y1 = p1[1] - p2[1], y2 = p3[1] - p2[1], ys = p0[1] - p1[1] + p2[1] - p3[1];
  const double area = x1 * y2 - x2 * y1;
  const double g = (xs * y2 - x2 * ys) / area, h = (x1 * ys - xs * y1) / area;
  const double a = p1[0] - p0[0] + g * p1[0], b = p3[0] - p0[0] + h * p3[0], c = p0[0];
  const double d = p1[1] - p0[1] + g * p1[1], e = p3[1] - p0[1] + h * p3[1], f = p0[1];
  const double last = a * e - b * d;
  const double across = static_cast<double>(size.width - 1) / last, down = static_cast<double>(size.height - 1) / last;
  const Warp map{(e - f * h) * across, (c * h - b) * across,   (b * f - c * e) * across, (f * g - d) * down,
                 (a - c * g) * down,   (c * d - a * f) * down, (d * h - e * g) / last,   (b * g - a * h) / last};
  Warp single;  // torchvision keeps 32 bits
  for (std::size_t i = 0; i < map.size(); ++i) {
    VPR_REQUIRE(ConfigError, is_finite(map[i]), "tilt: three of the four points lie on a line");
    single[i] = static_cast<double>(static_cast<float>(map[i]));
  }
  return single;
}

}  // namespace vpr
