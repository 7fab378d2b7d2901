// SPDX-License-Identifier: MIT
/// @file
/// Which input pixels an output pixel of a resize mixes, and with what weights: PIL's rule and torchvision's.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/core/memory.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <type_traits>

namespace vpr {

/// How pixels between pixels are found.
enum class Interpolation { nearest, bilinear, bicubic };

namespace detail {

/// The inputs [first, first + count).
struct Window {
  std::int64_t first;
  std::int64_t count;
};

/// One side of a separable resize: output i is the sum over j in [0, count) of weights(i)[j] * input[first + j].
template <class Weight>
struct Taps {
  ScratchVector<Window> windows;
  ScratchVector<Weight> values;
  std::int64_t stride = 0;

  Taps(std::int64_t outputs, std::int64_t widest)
      : windows(static_cast<std::size_t>(outputs)), values(static_cast<std::size_t>(outputs * widest)), stride(widest) {}

  std::int64_t outputs() const { return static_cast<std::int64_t>(windows.size()); }
  Window window(std::int64_t i) const { return windows[static_cast<std::size_t>(i)]; }
  const Weight* weights(std::int64_t i) const { return values.data() + i * stride; }
  Weight* weights(std::int64_t i) { return values.data() + i * stride; }
};

/// The cubic convolution kernel (Keys 1981): a = -0.5 where PIL and torch antialias, -0.75 where torch does not.
template <class Real>
Real cubic(Real x, Real a) {
  x = std::abs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

/// The windows of an antialiased resize, as PIL (`Real` = double) and torch (float) compute them: the filter is stretched
/// over the input when shrinking, cut at the borders and made to sum to 1. `scale` is as in `plain_taps`.
template <class Real>
Taps<Real> antialias_taps(std::int64_t inputs, std::int64_t outputs, Interpolation interpolation, Real scale) {
  const Real stretch = std::max(scale, Real{1});
  const Real support = (interpolation == Interpolation::bicubic ? Real{2} : Real{1}) * stretch;
  const Real shrink = Real{1} / stretch;
  Taps<Real> taps(outputs, 2 * static_cast<std::int64_t>(std::ceil(support)) + 1);
  for (std::int64_t i = 0; i < outputs; ++i) {
    // volatile: fused into the sums below, the product would not be rounded, and windows would move where they end on a half.
    volatile Real product = static_cast<Real>(static_cast<double>(scale) * (static_cast<double>(i) + 0.5));
    const Real centre = product;
    const auto begin = std::max<std::int64_t>(static_cast<std::int64_t>(static_cast<double>(centre - support) + 0.5), 0);
    const auto end = std::min<std::int64_t>(static_cast<std::int64_t>(static_cast<double>(centre + support) + 0.5), inputs);
    Real* weights = taps.weights(i);
    Real total = 0;
    for (std::int64_t j = begin; j < end; ++j) {
      const Real x = static_cast<Real>((static_cast<double>(static_cast<Real>(j) - centre) + 0.5) * static_cast<double>(shrink));
      const Real weight = interpolation == Interpolation::bicubic ? cubic(x, Real(-0.5)) : std::max(Real{1} - std::abs(x), Real{0});
      weights[j - begin] = weight;
      total += weight;
    }
    for (std::int64_t j = 0; j < end - begin; ++j) weights[j] /= total;
    taps.windows[static_cast<std::size_t>(i)] = {begin, end - begin};
  }
  return taps;
}

template <class Real>
Taps<Real> antialias_taps(std::int64_t inputs, std::int64_t outputs, Interpolation interpolation) {
  return antialias_taps<Real>(inputs, outputs, interpolation, static_cast<Real>(inputs) / static_cast<Real>(outputs));
}

/// PIL's weights for 8-bit pixels: 22 bits after the point, rounded half away from zero.
inline constexpr int pil_fraction_bits = 22;

inline Taps<std::int32_t> pil_taps(std::int64_t inputs, std::int64_t outputs, Interpolation interpolation) {
  VPR_REQUIRE(ConfigError, interpolation != Interpolation::nearest, "resize as PIL: nearest is not offered, take bilinear or bicubic");
  const Taps<double> exact = antialias_taps<double>(inputs, outputs, interpolation);
  Taps<std::int32_t> taps(outputs, exact.stride);
  taps.windows = exact.windows;
  std::transform(exact.values.begin(), exact.values.end(), taps.values.begin(),
                 [](double weight) { return static_cast<std::int32_t>(std::round(weight * (1 << pil_fraction_bits))); });
  return taps;
}

/// torch's windows without antialias, and its nearest: `scale` is the step in the input for one step in the output.
/// Windows of the cubic rule that reach over the border repeat the border pixel.
inline Taps<float> plain_taps(std::int64_t inputs, std::int64_t outputs, Interpolation interpolation, float scale) {
  Taps<float> taps(outputs, 4);
  for (std::int64_t i = 0; i < outputs; ++i) {
    float* weights = taps.weights(i);
    auto& window = taps.windows[static_cast<std::size_t>(i)];
    if (interpolation == Interpolation::nearest) {
      window = {std::min(static_cast<std::int64_t>(static_cast<float>(i) * scale), inputs - 1), 1};
      weights[0] = 1;
      continue;
    }
    volatile float product = scale * (static_cast<float>(i) + 0.5F);
    const float at = interpolation == Interpolation::bilinear ? std::max(product - 0.5F, 0.0F) : product - 0.5F;
    const auto base = static_cast<std::int64_t>(std::floor(at));
    const float t = at - static_cast<float>(base);
    const bool cubic_rule = interpolation == Interpolation::bicubic;
    const std::int64_t begin = std::clamp<std::int64_t>(cubic_rule ? base - 1 : base, 0, inputs - 1);
    const std::int64_t end = std::clamp<std::int64_t>(cubic_rule ? base + 3 : base + 2, begin + 1, inputs);
    const auto add = [&](std::int64_t j, float weight) { weights[std::clamp(j, begin, end - 1) - begin] += weight; };
    if (cubic_rule) {
      for (int k = -1; k < 3; ++k) add(base + k, cubic(t - static_cast<float>(k), -0.75F));
    } else {
      add(base, 1 - t);
      add(base + 1, t);
    }
    window = {begin, end - begin};
  }
  return taps;
}

/// torch's windows for an output of a given size.
inline Taps<float> torch_taps(std::int64_t inputs, std::int64_t outputs, Interpolation interpolation, bool antialias) {
  if (antialias && interpolation != Interpolation::nearest) return antialias_taps<float>(inputs, outputs, interpolation);
  return plain_taps(inputs, outputs, interpolation, static_cast<float>(inputs) / static_cast<float>(outputs));
}

}  // namespace detail
}  // namespace vpr
