// SPDX-License-Identifier: MIT
/// @file
/// From a photo to what a network reads: the published orders of resizing and normalising.
#pragma once

#include <vpr/image/crop.hpp>
#include <vpr/image/resize.hpp>
#include <vpr/image/size_rule.hpp>

#include <concepts>

namespace vpr {

/// What a model asks of its preprocessing: `p(photo)` gives the planes the network reads, `p.size(size of the photo)` their
/// size before any pixel is touched. The photo is RGB when it comes through a pipeline. A class that satisfies it needs no base class.
template <class P>
concept Preprocess = requires(const P& p, const ImageView& photo, ImageSize size) {
  { p(photo) } -> std::same_as<Planes>;
  { p.size(size) } -> std::same_as<ImageSize>;
};

/// Mean and standard deviation of each channel over values in [0, 1]; ImageNet's unless given.
struct Normalisation {
  std::array<float, 3> mean{0.485F, 0.456F, 0.406F};
  std::array<float, 3> deviation{0.229F, 0.224F, 0.225F};

  /// The same as scale × byte + bias.
  std::array<float, 3> scale() const { return {1 / (255 * deviation[0]), 1 / (255 * deviation[1]), 1 / (255 * deviation[2])}; }
  std::array<float, 3> bias() const { return {-mean[0] / deviation[0], -mean[1] / deviation[1], -mean[2] / deviation[2]}; }
};

/// The bytes less a mean, as VGG was trained first: the original NetVLAD, hloc, SFRS.
inline constexpr Normalisation mean_of_bytes{{123.68F / 255, 116.779F / 255, 103.939F / 255}, {1 / 255.0F, 1 / 255.0F, 1 / 255.0F}};

/// (byte / 255 - mean) / deviation at the photo's own size: torchvision's `ToTensor` and `Normalize`, bit for bit.
inline Planes normalise(const RgbPhoto& photo, const Normalisation& normalisation = {}) {
  detail::require_pixels(photo.size(), "normalise");
  std::array<std::array<float, 256>, 3> table;
  for (std::size_t c = 0; c < 3; ++c) {
    for (std::size_t i = 0; i < 256; ++i) table[c][i] = (static_cast<float>(i) / 255 - normalisation.mean[c]) / normalisation.deviation[c];
  }
  Planes out(photo.size());
  parallel_for(photo.height, [&](std::int64_t y) {
    const std::uint8_t* source = photo.row(y);
    float* const red = out.plane(0) + y * photo.width;
    float* const green = out.plane(1) + y * photo.width;
    float* const blue = out.plane(2) + y * photo.width;
    for (std::int64_t x = 0; x < photo.width; ++x) {
      red[x] = table[0][source[3 * x]];
      green[x] = table[1][source[3 * x + 1]];
      blue[x] = table[2][source[3 * x + 2]];
    }
  });
  return out;
}

/// Normalises, then resizes the float tensor: VPR-methods-evaluation, CricaVPR. The two steps run as one pass, which a resize allows
/// because its weights sum to 1; it equals the two to float rounding.
/// @note torchvision's default for `antialias` was false before 0.17: CricaVPR's weights were published in that time.
template <SizeRule Rule = ExactSize>
struct NormaliseThenResize {
  Rule rule{};
  Interpolation interpolation = Interpolation::bilinear;
  bool antialias = true;
  Normalisation normalisation{};

  ImageSize size(ImageSize photo) const { return rule(photo); }
  Planes operator()(const RgbPhoto& photo) const {
    const ImageSize target = rule(photo.size());
    if (target == photo.size()) return normalise(photo, normalisation);
    return detail::resample(photo, target, interpolation, antialias, normalisation.scale(), normalisation.bias());
  }
};

/// Resizes the 8-bit photo as PIL does, then normalises: SALAD.
template <SizeRule Rule = ExactSize>
struct ResizeThenNormalise {
  Rule rule{};
  Interpolation interpolation = Interpolation::bilinear;
  Normalisation normalisation{};

  ImageSize size(ImageSize photo) const { return rule(photo); }
  Planes operator()(const RgbPhoto& photo) const {
    return normalise(detail::resize_as_pil<detail::ScratchImage>(photo, rule(photo.size()), interpolation), normalisation);
  }
};

/// Normalises, enlarges or shrinks by nearest neighbours until `crop` just fits, cuts the middle: CricaVPR's `central_crop`.
struct CentralCrop {
  ImageSize crop{224, 224};
  Normalisation normalisation{};

  /// @throws ShapeError  for a photo that would have to be enlarged beyond all measure, such as a line of a million pixels
  ImageSize size(ImageSize photo) const {
    detail::require_resizable(photo, scaled(photo));
    return crop;
  }
  Planes operator()(const RgbPhoto& photo) const {
    const ImageSize scaled = this->scaled(photo.size());
    detail::require_resizable(photo.size(), scaled);
    const auto step = static_cast<float>(1 / factor(photo.size()));
    return centre_crop(detail::resample(photo, detail::plain_taps(photo.height, scaled.height, Interpolation::nearest, step),
                                        detail::plain_taps(photo.width, scaled.width, Interpolation::nearest, step), normalisation.scale(),
                                        normalisation.bias()),
                       crop);
  }

 private:
  /// How much a photo is enlarged for the crop to fit.
  double factor(ImageSize photo) const {
    detail::require_pixels(photo, "central crop");
    detail::require_pixels(crop, "central crop");
    return std::max(static_cast<double>(crop.height) / static_cast<double>(photo.height),
                    static_cast<double>(crop.width) / static_cast<double>(photo.width));
  }
  ImageSize scaled(ImageSize photo) const {
    return {static_cast<std::int64_t>(static_cast<double>(photo.height) * factor(photo)),
            static_cast<std::int64_t>(static_cast<double>(photo.width) * factor(photo))};
  }
};

/// Normalises, shrinks (bicubic, antialiased) until the longer side is at most `longest_side`, cuts the middle to multiples of 14:
/// AnyLoc's demo.
struct AnyLocCrop {
  std::int64_t longest_side = 1024;
  Normalisation normalisation{};

  ImageSize size(ImageSize photo) const { return FloorMultiple{}(LongestSide{longest_side}(photo)); }
  Planes operator()(const RgbPhoto& photo) const {
    const ImageSize target = size(photo.size());
    return centre_crop(NormaliseThenResize<LongestSide>{{longest_side}, Interpolation::bicubic, true, normalisation}(photo), target);
  }
};

}  // namespace vpr
