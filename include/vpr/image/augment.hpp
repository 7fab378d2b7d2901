// SPDX-License-Identifier: MIT
/// @file
/// Random changes of photos, as the papers train with them.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/core/finite.hpp>
#include <vpr/core/random.hpp>
#include <vpr/image/colour.hpp>
#include <vpr/image/image.hpp>
#include <vpr/image/resize.hpp>
#include <vpr/image/tone.hpp>
#include <vpr/image/warp.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <numbers>
#include <tuple>
#include <utility>
#include <vector>

namespace vpr {

/// What changes a photo at random: `a(photo, random)`, where `random` alone decides. A class of yours needs no base class.
///
/// Those here do to the pixels what torchvision does to PIL images, bit for bit, and draw from the same distributions; which numbers come is another
/// matter: torch's generator is not repeated.
template <class A>
concept Augmentation = requires(const A& augment, Image photo, Random& random) {
  { augment(std::move(photo), random) } -> std::same_as<Image>;
};

namespace detail {

inline double uniform(Random& random, double low, double high) { return low + (high - low) * random.uniform(); }

}  // namespace detail

/// Leaves every photo as it is.
struct NoAugmentation {
  Image operator()(Image photo, Random&) const { return photo; }
};

/// One after the other: `Augmentations{ResizeAsPil{{224, 224}}, RandAugment{}}` is GSV-Cities' and so SALAD's and CricaVPR's.
template <Augmentation... Steps>
struct Augmentations {
  std::tuple<Steps...> steps;

  Augmentations(Steps... each) : steps(std::move(each)...) {}
  Image operator()(Image photo, Random& random) const {
    std::apply([&](const Steps&... step) { ((photo = step(std::move(photo), random)), ...); }, steps);
    return photo;
  }
};

/// Not random: gives all photos one size (`torchvision.transforms.Resize` on PIL images).
struct ResizeAsPil {
  ImageSize size{224, 224};
  Interpolation interpolation = Interpolation::bilinear;

  Image operator()(Image photo, Random&) const {
    if (photo.size() == size) return photo;
    return resize_as_pil(photo, size, interpolation);
  }
};

/// Mirrors left and right with a probability.
struct HorizontalFlip {
  double probability = 0.5;

  Image operator()(Image photo, Random& random) const {
    if (random.uniform() >= probability) return photo;
    for (std::int64_t y = 0; y < photo.height(); ++y) {
      std::uint8_t* const row = photo.row(y);
      for (std::int64_t left = 0, right = photo.width() - 1; left < right; ++left, --right)
        std::swap_ranges(row + 3 * left, row + 3 * left + 3, row + 3 * right);
    }
    return photo;
  }
};

/// Brightness, contrast, saturation and hue in random order (`torchvision.transforms.ColorJitter`): factors of 1 - x (at least 0) to 1 + x, hues
/// turned by -x to x. 0 leaves one alone.
struct ColourJitter {
  double brightness = 0;
  double contrast = 0;
  double saturation = 0;
  double hue = 0;

  Image operator()(Image photo, Random& random) const {
    std::vector<int> order{0, 1, 2, 3};
    shuffle(order, random);
    const auto factor = [&](double x) { return detail::uniform(random, std::max(1 - x, 0.0), 1 + x); };
    const double by[] = {factor(brightness), factor(contrast), factor(saturation), detail::uniform(random, -hue, hue)};
    for (const int what : order) {
      if (what == 0 && brightness > 0) photo = adjust_brightness(std::move(photo), by[0]);
      if (what == 1 && contrast > 0) photo = adjust_contrast(std::move(photo), by[1]);
      if (what == 2 && saturation > 0) photo = adjust_saturation(std::move(photo), by[2]);
      if (what == 3 && hue > 0) photo = adjust_hue(std::move(photo), by[3]);
    }
    return photo;
  }
};

/// Cuts out a random part and resizes it (`torchvision.transforms.RandomResizedCrop`, antialiased, bilinear).
struct RandomResizedCrop {
  ImageSize size{224, 224};
  std::array<double, 2> area{0.08, 1};             ///< of the part, as a share of the photo's
  std::array<double, 2> aspect{3.0 / 4, 4.0 / 3};  ///< of the part, width to height; drawn evenly in its logarithm

  Image operator()(Image photo, Random& random) const {
    detail::require_pixels(photo.size(), "random resized crop");
    const auto width = static_cast<double>(photo.width()), height = static_cast<double>(photo.height());
    for (int attempt = 0; attempt < 10; ++attempt) {
      const double pixels = width * height * detail::uniform(random, area[0], area[1]);
      const double ratio = std::exp(detail::uniform(random, std::log(aspect[0]), std::log(aspect[1])));
      const ImageSize part{std::llrint(std::sqrt(pixels / ratio)), std::llrint(std::sqrt(pixels * ratio))};
      if (part.height < 1 || part.width < 1 || part.height > photo.height() || part.width > photo.width()) continue;
      const std::int64_t top = random.below(photo.height() - part.height + 1), left = random.below(photo.width() - part.width + 1);
      return cut(photo, top, left, part);
    }
    ImageSize part = photo.size();  // the middle, as large as the aspects allow
    if (width < height * aspect[0]) part.height = std::max<std::int64_t>(std::llrint(width / aspect[0]), 1);
    if (width > height * aspect[1]) part.width = std::max<std::int64_t>(std::llrint(height * aspect[1]), 1);
    return cut(photo, (photo.height() - part.height) / 2, (photo.width() - part.width) / 2, part);
  }

 private:
  Image cut(const Image& photo, std::int64_t top, std::int64_t left, ImageSize part) const {
    return resize_as_pil(ImageView{photo.row(top) + 3 * left, part.height, part.width, photo.width() * 3}, size);
  }
};

/// Tilts the photo with a probability: each corner moves inwards by up to half of `distortion` of either side
/// (`torchvision.transforms.RandomPerspective`, bilinear). Photos with a side below 2 stay.
struct RandomPerspective {
  double distortion = 0.5;  ///< 0 to below 1
  double probability = 0.5;

  Image operator()(Image photo, Random& random) const {
    VPR_REQUIRE(ConfigError, is_finite(distortion) && distortion >= 0 && distortion < 1, "random perspective: got the distortion ",
                distortion, ", expected 0 to below 1");
    if (random.uniform() >= probability || photo.width() < 2 || photo.height() < 2) return photo;
    const auto most = [&](std::int64_t side) { return static_cast<std::int64_t>(distortion * static_cast<double>(side / 2)) + 1; };
    std::array<std::array<double, 2>, 4> corners;
    for (std::size_t corner = 0; corner < 4; ++corner) {
      const std::int64_t x = random.below(most(photo.width())), y = random.below(most(photo.height()));
      corners[corner] = {static_cast<double>(corner == 1 || corner == 2 ? photo.width() - 1 - x : x),
                         static_cast<double>(corner >= 2 ? photo.height() - 1 - y : y)};
    }
    return warp(photo, tilt(photo.size(), corners));
  }
};

/// RandAugment (Cubuk et al., CVPRW 2020) as torchvision has it: so many operations, each one of fourteen, at one magnitude, warps bilinear over
/// black. The defaults are GSV-Cities': three operations, of magnitude 9 in 31 steps.
struct RandAugment {
  int operations = 3;
  int magnitude = 9;  ///< 0 to bins - 1
  int bins = 31;

  /// @throws ConfigError for a magnitude that is no bin
  Image operator()(Image photo, Random& random) const {
    VPR_REQUIRE(ConfigError, operations >= 0 && bins >= 2 && magnitude >= 0 && magnitude < bins, "RandAugment: got ", operations,
                " operations of magnitude ", magnitude, " in ", bins, " bins, expected at least 0, 0 to bins - 1 and at least 2");
    for (int i = 0; i < operations; ++i) {
      const auto operation = random.below(14);
      const double sign = operation >= 1 && operation <= 9 && random.below(2) == 1 ? -1 : 1;
      photo = apply(std::move(photo), operation, sign);
    }
    return photo;
  }

  /// One operation, in torchvision's order from 0: identity, shear x, shear y, shift x, shift y, rotate, brightness, colour, contrast, sharpness,
  /// posterise, solarise, autocontrast, equalise.
  /// @param sign  1 or -1, by which the strength of 1 to 9 is multiplied
  Image apply(Image photo, std::int64_t operation, double sign = 1) const {
    const double shear = std::atan(sign * level(0, 0.3)) * (180 / std::numbers::pi) * (std::numbers::pi / 180);
    const auto shift = [&](std::int64_t side) { return std::trunc(sign * level(0, 150.0 / 331 * static_cast<double>(side))); };
    const double centre_x = static_cast<double>(photo.width()) * 0.5, centre_y = static_cast<double>(photo.height()) * 0.5;
    const double factor = 1 + sign * level(0, 0.9);
    switch (operation) {
      case 1: return warp(photo, shear_and_shift(shear, 0, 0, 0, 0, 0));
      case 2: return warp(photo, shear_and_shift(0, shear, 0, 0, 0, 0));
      case 3: return warp(photo, shear_and_shift(0, 0, shift(photo.width()), 0, centre_x, centre_y));
      case 4: return warp(photo, shear_and_shift(0, 0, 0, shift(photo.height()), centre_x, centre_y));
      case 5: return warp(photo, turn(photo.size(), sign * level(0, 30)));
      case 6: return adjust_brightness(std::move(photo), factor);
      case 7: return adjust_saturation(std::move(photo), factor);
      case 8: return adjust_contrast(std::move(photo), factor);
      case 9: return adjust_sharpness(std::move(photo), factor);
      case 10:
        return posterize(std::move(photo),
                         8 - static_cast<int>(std::nearbyint(static_cast<float>(magnitude) / (static_cast<float>(bins - 1) / 4))));
      case 11: return solarize(std::move(photo), level(255, 0));
      case 12: return auto_contrast(std::move(photo));
      case 13: return equalize(std::move(photo));
      default: return photo;
    }
  }

 private:
  /// The magnitude's number of `torch.linspace(first, last, bins)`: steps of floats, counted from the nearer end, rounded once.
  double level(double first, double last) const {
    const auto begin = static_cast<float>(first), end = static_cast<float>(last);
    const auto step = static_cast<double>((end - begin) / static_cast<float>(bins - 1));
    const double exact =
        magnitude < bins / 2 ? static_cast<double>(begin) + step * magnitude : static_cast<double>(end) - step * (bins - 1 - magnitude);
    return static_cast<double>(static_cast<float>(exact));
  }
};

static_assert(Augmentation<RandAugment> && Augmentation<ColourJitter> && Augmentation<Augmentations<ResizeAsPil, RandAugment>>);

}  // namespace vpr
