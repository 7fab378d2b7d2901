// SPDX-License-Identifier: MIT
/// @file
/// Brightness, contrast, saturation, hue and sharpness of 8-bit photos, as torchvision changes them on PIL images, bit for bit.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/core/finite.hpp>
#include <vpr/image/image.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <utility>

namespace vpr {
namespace detail {

/// PIL's `Image.blend`: from + factor * (to - from) in float, cut off to a byte; beyond [0, 1] it extrapolates.
class Blend {
 public:
  explicit Blend(double factor) : factor_(static_cast<float>(factor)) {
    VPR_REQUIRE(ConfigError, is_finite(factor) && factor >= 0, "adjust a photo: got the factor ", factor, ", expected 0 or more");
    // A table, so that no product is fused with its sum, whatever the compiler may do.
    for (int difference = -255; difference <= 255; ++difference)
      products_[static_cast<std::size_t>(difference + 255)] = factor_ * static_cast<float>(difference);
  }
  std::uint8_t operator()(int from, int to) const {
    if (factor_ == 1.0F) return static_cast<std::uint8_t>(to);
    return static_cast<std::uint8_t>(
        std::clamp(static_cast<float>(from) + products_[static_cast<std::size_t>(to - from + 255)], 0.0F, 255.0F));
  }

 private:
  float factor_;
  std::array<float, 511> products_{};
};

using ByteTable = std::array<std::uint8_t, 256>;

inline Image through(Image photo, const ByteTable& table) {
  for (std::uint8_t& byte : photo.pixels()) byte = table[byte];
  return photo;
}

/// PIL's luma: ITU-R 601-2 with 16 bits after the point.
inline int luma(const std::uint8_t* rgb) { return (rgb[0] * 19595 + rgb[1] * 38470 + rgb[2] * 7471 + 0x8000) >> 16; }

/// Hue, saturation and value of a colour, 8 bits each, as PIL's mode HSV.
inline std::array<std::uint8_t, 3> hsv_of(const std::uint8_t* rgb) {
  const int red = rgb[0], green = rgb[1], blue = rgb[2];
  const int most = std::max({red, green, blue}), least = std::min({red, green, blue});
  if (most == least) return {0, 0, static_cast<std::uint8_t>(most)};
  const auto range = static_cast<float>(most - least);
  const auto below = [&](int channel) { return static_cast<double>(static_cast<float>(most - channel) / range); };
  const double sixth = red == most     ? below(blue) - below(green)
                       : green == most ? 2 + below(red) - below(blue)
                                       : 4 + below(green) - below(red);
  const auto hue = static_cast<float>(std::fmod(static_cast<double>(static_cast<float>(sixth)) / 6 + 1, 1.0));
  const float saturation = range / static_cast<float>(most);
  const auto byte = [](float part) {
    return static_cast<std::uint8_t>(std::clamp(static_cast<int>(static_cast<double>(part) * 255), 0, 255));
  };
  return {byte(hue), byte(saturation), static_cast<std::uint8_t>(most)};
}

/// The colour of a hue, saturation and value, as PIL converts them back.
inline std::array<std::uint8_t, 3> rgb_of(const std::array<std::uint8_t, 3>& hsv) {
  const std::uint8_t v = hsv[2];
  if (hsv[1] == 0) return {v, v, v};
  const double saturation = static_cast<double>(static_cast<float>(hsv[1] / 255.0));
  const double turn = hsv[0] * 6.0 / 255.0;
  const int sixth = static_cast<int>(turn);
  const double rest = static_cast<double>(static_cast<float>(turn - sixth));
  const auto dimmed = [v](double by) { return static_cast<std::uint8_t>(std::clamp(static_cast<int>(std::round(v * (1 - by))), 0, 255)); };
  const std::uint8_t p = dimmed(saturation), q = dimmed(saturation * rest), t = dimmed(saturation * (1 - rest));
  switch (sixth % 6) {
    case 0: return {v, t, p};
    case 1: return {q, v, p};
    case 2: return {p, v, t};
    case 3: return {p, q, v};
    case 4: return {t, p, v};
    default: return {v, p, q};
  }
}

}  // namespace detail

/// Blends with black: 0 is black, 1 the photo, more is brighter (`PIL.ImageEnhance.Brightness`).
/// @throws ConfigError for a negative factor, as the three below do
inline Image adjust_brightness(Image photo, double factor) {
  const detail::Blend blend(factor);
  detail::ByteTable table;
  for (int i = 0; i < 256; ++i) table[static_cast<std::size_t>(i)] = blend(0, i);
  return detail::through(std::move(photo), table);
}

/// Blends with the photo's mean luma, rounded: 0 is grey, 1 the photo (`PIL.ImageEnhance.Contrast`). An empty photo stays.
inline Image adjust_contrast(Image photo, double factor) {
  const detail::Blend blend(factor);
  const std::int64_t count = photo.height() * photo.width();
  if (count == 0) return photo;
  std::int64_t sum = 0;
  for (std::int64_t i = 0; i < count; ++i) sum += detail::luma(photo.pixels().data() + 3 * i);
  const int mean = static_cast<int>(static_cast<double>(sum) / static_cast<double>(count) + 0.5);
  detail::ByteTable table;
  for (int i = 0; i < 256; ++i) table[static_cast<std::size_t>(i)] = blend(mean, i);
  return detail::through(std::move(photo), table);
}

/// Blends each pixel with its luma: 0 is black and white, 1 the photo (`PIL.ImageEnhance.Color`).
inline Image adjust_saturation(Image photo, double factor) {
  const detail::Blend blend(factor);
  const auto pixels = photo.pixels();
  for (std::size_t i = 0; i < pixels.size(); i += 3) {
    const int grey = detail::luma(pixels.data() + i);
    for (std::size_t c = 0; c < 3; ++c) pixels[i + c] = blend(grey, pixels[i + c]);
  }
  return photo;
}

/// Blends with a smoothed photo (3 × 3, the middle weighing 5 of 13; the border left as it is): 0 is smooth, 1 the photo, 2 sharper
/// (`PIL.ImageEnhance.Sharpness`).
inline Image adjust_sharpness(Image photo, double factor) {
  const detail::Blend blend(factor);
  std::array<float, 256> light{}, heavy{};
  for (int i = 0; i < 256; ++i) {
    light[static_cast<std::size_t>(i)] = static_cast<float>(i) * (1.0F / 13);
    heavy[static_cast<std::size_t>(i)] = static_cast<float>(i) * (5.0F / 13);
  }
  const Image original = photo;
  for (std::int64_t y = 0; y < photo.height(); ++y) {
    const bool border = y == 0 || y + 1 == photo.height();
    for (std::int64_t x = 0; x < photo.width() * 3; ++x) {
      const std::uint8_t* middle = original.row(y) + x;
      int smooth = *middle;
      if (!border && x >= 3 && x < (photo.width() - 1) * 3) {
        const std::uint8_t *below = original.row(y + 1) + x, *above = original.row(y - 1) + x;
        float sum = 0.5F;  // and then row by row from below, as PIL adds
        sum += light[below[-3]] + light[below[0]] + light[below[3]];
        sum += light[middle[-3]] + heavy[middle[0]] + light[middle[3]];
        sum += light[above[-3]] + light[above[0]] + light[above[3]];
        smooth = static_cast<int>(std::min(sum, 255.0F));
      }
      photo.row(y)[x] = blend(smooth, *middle);
    }
  }
  return photo;
}

/// Turns every hue by a part of the circle, -0.5 to 0.5, in PIL's 8-bit HSV (`torchvision.transforms.functional.adjust_hue`).
/// @throws ConfigError beyond that
inline Image adjust_hue(Image photo, double turn) {
  VPR_REQUIRE(ConfigError, is_finite(turn) && std::abs(turn) <= 0.5, "adjust hue: got ", turn, ", expected -0.5 to 0.5");
  const auto steps = static_cast<std::uint8_t>(static_cast<int>(turn * 255));
  const auto pixels = photo.pixels();
  for (std::size_t i = 0; i < pixels.size(); i += 3) {
    auto hsv = detail::hsv_of(pixels.data() + i);
    hsv[0] = static_cast<std::uint8_t>(hsv[0] + steps);
    const auto rgb = detail::rgb_of(hsv);
    std::copy(rgb.begin(), rgb.end(), pixels.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return photo;
}

}  // namespace vpr
