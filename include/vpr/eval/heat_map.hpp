// SPDX-License-Identifier: MIT
/// @file
/// What a model looks at: numbers of patches as colours over the photo.
#pragma once

#include <vpr/core/finite.hpp>
#include <vpr/core/grid.hpp>
#include <vpr/core/rows.hpp>
#include <vpr/image/resize.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace vpr {

struct HeatMapSettings {
  float opacity = 0.6F;               ///< of the colours over the photo, from 0 to 1
  std::optional<float> least = {};    ///< what has the darkest colour; nothing: the least value there is
  std::optional<float> largest = {};  ///< what has the brightest
};

using Colour = std::array<std::uint8_t, 3>;

/// From dark blue at 0 over violet and orange to light yellow at 1, brighter all the way; what lies beyond is as the ends.
inline Colour heat_colour(float share) {
  constexpr std::array<std::array<float, 3>, 4> stops{{{16, 24, 96}, {136, 40, 152}, {240, 112, 64}, {255, 240, 144}}};
  const float at = std::clamp(share, 0.0F, 1.0F) * 3;
  const std::size_t stop = std::min<std::size_t>(static_cast<std::size_t>(at), 2);
  Colour colour;
  for (std::size_t c = 0; c < 3; ++c) {
    colour[c] =
        static_cast<std::uint8_t>(std::lround(stops[stop][c] + (at - static_cast<float>(stop)) * (stops[stop + 1][c] - stops[stop][c])));
  }
  return colour;
}

/// A colour for each number from 0 on: hues a golden section of the circle apart, so that neighbours differ most.
inline Colour label_colour(std::int64_t label) {
  Colour colour;
  for (std::size_t c = 0; c < 3; ++c) {
    const double turn = static_cast<double>(label) * (std::numbers::phi - 1) + static_cast<double>(c) / 3;
    colour[c] = static_cast<std::uint8_t>(std::lround(144 + 111 * std::cos(2 * std::numbers::pi * turn)));
  }
  return colour;
}

namespace detail {

inline void require_grid(const char* what, std::size_t values, Grid grid, float opacity) {
  VPR_REQUIRE(ShapeError, grid.height > 0 && grid.width > 0 && std::cmp_equal(values, grid.patches()), what, ": got ", values,
              " values for a grid of ", grid.height, "x", grid.width);
  VPR_REQUIRE(ConfigError, is_finite(opacity) && opacity >= 0 && opacity <= 1, what, ": got an opacity of ", opacity,
              ", want it from 0 to 1");
}

/// The photo with `colour(y, x)` over each pixel.
template <class ColourOf>
Image painted(const RgbPhoto& photo, float opacity, const ColourOf& colour_of) {
  Image out(photo.size());
  for (std::int64_t y = 0; y < photo.height; ++y) {
    for (std::int64_t x = 0; x < photo.width; ++x) {
      const Colour colour = colour_of(y, x);
      for (std::size_t c = 0; c < 3; ++c) {
        const std::size_t at = static_cast<std::size_t>(3 * x) + c;
        const float below = photo.row(y)[at];
        out.row(y)[at] = static_cast<std::uint8_t>(std::lround(below + opacity * (static_cast<float>(colour[c]) - below)));
      }
    }
  }
  return out;
}

}  // namespace detail

/// The photo with the patches' values over it as `heat_colour`s, blended from one patch's centre to the next. The grid covers the
/// whole photo, as where preprocessing resizes without cropping. Equal values all have the darkest colour.
/// @param values  one a patch, row-major
/// @throws ShapeError for an empty photo or grid, or another number of values; FormatError for NaN or infinity; ConfigError for an opacity outside
///   [0, 1]
inline Image heat_map(const RgbPhoto& photo, std::span<const float> values, Grid grid, const HeatMapSettings& settings = {}) {
  detail::require_grid("heat map", values.size(), grid, settings.opacity);
  require_finite(Rows(values.data(), 1, grid.patches()), grid.patches(), "heat map: values");
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const float least = settings.least.value_or(*low), largest = settings.largest.value_or(*high);
  Planes patches({grid.height, grid.width});
  for (std::size_t i = 0; i < values.size(); ++i) patches.plane(0)[i] = largest > least ? (values[i] - least) / (largest - least) : 0;
  const Planes pixels = resize_as_torchvision(patches, photo.size(), Interpolation::bilinear, false);
  return detail::painted(photo, settings.opacity,
                         [&](std::int64_t y, std::int64_t x) { return heat_colour(pixels.plane(0)[y * photo.width + x]); });
}

/// The photo with each patch in its label's colour, such as the cluster that it goes to. The grid covers the whole photo.
/// @throws as `heat_map`
inline Image label_map(const RgbPhoto& photo, std::span<const std::int64_t> labels, Grid grid, float opacity = 0.6F) {
  detail::require_grid("label map", labels.size(), grid, opacity);
  detail::require_pixels(photo.size(), "label map");
  return detail::painted(photo, opacity, [&](std::int64_t y, std::int64_t x) {
    return label_colour(labels[static_cast<std::size_t>(y * grid.height / photo.height * grid.width + x * grid.width / photo.width)]);
  });
}

/// How much each patch has to do with a descriptor by generalised mean, N numbers that sum to 1: in each channel a patch has its share
/// of the mean's sum of powers, and a channel counts by the square of its number in the descriptor of unit length.
/// @param patches  N×C, as GeM gets them
/// @param p, eps   GeM's
/// @throws ShapeError for no patches or channels
inline std::vector<float> gem_contributions(RowsArgument patches, float p = 3, float eps = 1e-6F) {
  VPR_REQUIRE(ShapeError, patches.size() > 0 && patches.dim() > 0, "GeM's contributions: got patches [", patches.size(), ", ",
              patches.dim(), "]");
  const auto power = [&](std::int64_t i, std::int64_t c) {
    return std::pow(static_cast<double>(std::max(patches[i][c], eps)), static_cast<double>(p));
  };
  std::vector<double> parts(static_cast<std::size_t>(patches.size()));
  double whole = 0;
  for (std::int64_t c = 0; c < patches.dim(); ++c) {
    double sum = 0;
    for (std::int64_t i = 0; i < patches.size(); ++i) sum += power(i, c);
    const double square = std::pow(sum, 2 / static_cast<double>(p));  // of the channel's mean, but for a factor that all channels share
    whole += square;
    for (std::int64_t i = 0; i < patches.size(); ++i) parts[static_cast<std::size_t>(i)] += square * power(i, c) / sum;
  }
  std::vector<float> shares;
  for (const double part : parts) shares.push_back(static_cast<float>(part / whole));
  return shares;
}

}  // namespace vpr
