// SPDX-License-Identifier: MIT
/// @file
/// SuperPoint's keypoints and descriptors.
#pragma once

#include <vpr/backend/cpu.hpp>
#include <vpr/layer/convolution.hpp>
#include <vpr/local/concept.hpp>
#include <vpr/ops/layout.hpp>
#include <vpr/ops/normalization.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace vpr {

struct SuperPointSettings {
  std::int64_t descriptor_dim = 256;
  float threshold = 0.005F;          ///< a keypoint's score is above it
  std::int64_t radius = 4;           ///< of the non-maximum suppression, in pixels
  std::int64_t border = 4;           ///< pixels at the image's border without keypoints
  std::int64_t most_keypoints = -1;  ///< where there are more, the best of them, best first; -1: all
};

namespace detail {

/// The maximum of each pixel's window of 2 radius + 1 a side; what lies outside counts as nothing.
inline std::vector<float> window_maximum(const std::vector<float>& values, Grid map, std::int64_t radius) {
  const auto along = [&](const std::vector<float>& from, std::int64_t count, std::int64_t step, std::int64_t lines,
                         std::int64_t line_step) {
    std::vector<float> result(from.size());
    for (std::int64_t line = 0; line < lines; ++line) {
      for (std::int64_t i = 0; i < count; ++i) {
        float most = -std::numeric_limits<float>::infinity();
        for (std::int64_t k = std::max<std::int64_t>(0, i - radius); k <= std::min(count - 1, i + radius); ++k)
          most = std::max(most, from[static_cast<std::size_t>(line * line_step + k * step)]);
        result[static_cast<std::size_t>(line * line_step + i * step)] = most;
      }
    }
    return result;
  };
  return along(along(values, map.width, 1, map.height, map.width), map.height, map.width, map.width, 1);
}

}  // namespace detail

/// The scores that are maxima of their window, others 0: first those of the map, then, twice, those of what lies farther than `radius` from
/// the ones kept. Equal neighbours are all kept, as in SuperPoint's published code.
inline std::vector<float> suppress_non_maxima(const std::vector<float>& scores, Grid map, std::int64_t radius) {
  std::vector<float> kept(scores.size());
  const std::vector<float> most = detail::window_maximum(scores, map, radius);
  for (std::size_t i = 0; i < scores.size(); ++i) kept[i] = scores[i] == most[i] ? 1 : 0;
  for (int round = 0; round < 2; ++round) {
    const std::vector<float> near = detail::window_maximum(kept, map, radius);
    std::vector<float> rest = scores;
    for (std::size_t i = 0; i < rest.size(); ++i) rest[i] = near[i] > 0 ? 0 : rest[i];
    const std::vector<float> most_of_rest = detail::window_maximum(rest, map, radius);
    for (std::size_t i = 0; i < rest.size(); ++i) {
      if (near[i] == 0 && rest[i] == most_of_rest[i]) kept[i] = 1;
    }
  }
  for (std::size_t i = 0; i < kept.size(); ++i) kept[i] *= scores[i];
  return kept;
}

/// SuperPoint's detector and descriptor (DeTone et al. 2018, sections 3.2 and 3.3) over the map of `SuperPointEncoder`: a softmax over each
/// cell's 64 pixels and none of them, non-maximum suppression, and descriptors of unit length, sampled bilinearly at the keypoints. The
/// grid is of pixels, 8 a cell. Keypoints come row-major unless `most_keypoints` cuts. Parameters have the authors' names. Equal to
/// magicleap/SuperGluePretrainedNetwork; goldens superpoint_*.
template <class B = Cpu<f32>>
class SuperPoint {
 public:
  using backend = B;
  using X = typename B::tensor;

  /// @throws ConfigError  for settings that mean nothing
  explicit SuperPoint(const SuperPointSettings& settings = {}, std::int64_t channels = 128)
      : settings_(validated(settings)),
        detector_in_(channels, 256, {3, 1, 1}),
        detector_out_(256, cells + 1),
        descriptor_in_(channels, 256, {3, 1, 1}),
        descriptor_out_(256, settings.descriptor_dim) {}

  const SuperPointSettings& settings() const& { return settings_; }
  SuperPointSettings settings() && { return settings_; }
  std::int64_t channels(std::int64_t) const { return settings_.descriptor_dim; }

  /// @throws ShapeError  if the features have other channels.
  LocalTokens<X> operator()(const Features<X>& features) const {
    const Grid pixels{features.grid.height * side, features.grid.width * side};
    const std::vector<float> dense_scores = scores(features), dense = descriptors(features).to_vector();
    const std::int64_t batch = features.patches.shape()[0], dim = settings_.descriptor_dim;
    std::vector<std::vector<Pixel>> found;
    std::size_t most = 0;
    for (std::int64_t image = 0; image < batch; ++image) {
      const auto from = dense_scores.begin() + image * pixels.patches();
      found.push_back(keypoints({from, from + pixels.patches()}, pixels));
      most = std::max(most, found.back().size());
    }
    std::vector<float> values, places;
    for (std::int64_t image = 0; image < batch; ++image) {
      const std::vector<Pixel>& points = found[static_cast<std::size_t>(image)];
      const float* const map = dense.data() + image * features.grid.patches() * dim;
      for (const Pixel& point : points) {
        sample(map, features.grid, point, values);
        places.insert(places.end(), {static_cast<float>(point.x) / static_cast<float>(pixels.width),
                                     static_cast<float>(point.y) / static_cast<float>(pixels.height), point.score});
      }
      for (std::size_t i = points.size(); i < most; ++i) {
        values.insert(values.end(), static_cast<std::size_t>(dim), 0.0F);
        places.insert(places.end(), {0.0F, 0.0F, -1.0F});
      }
    }
    const auto count = static_cast<std::int64_t>(most);
    if (count == 0) return {X::zeros(Shape{batch, 1, dim}), pixels, X::full(Shape{batch, 1, 3}, -1)};
    return {l2_normalize(X::from(Shape{batch, count, dim}, std::span<const float>(values))), pixels,
            X::from(Shape{batch, count, 3}, std::span<const float>(places))};
  }

  /// The detector's score of every pixel, `B×(8H)×(8W)`, before suppression.
  std::vector<float> scores(const Features<X>& features) const {
    const X hidden = detector_in_(features.patches, features.grid, {.activation = Activation::relu});
    const X shares = softmax(detector_out_(hidden, features.grid));
    const std::vector<float> of_cells = shares.to_vector();
    std::vector<float> all;
    all.reserve(of_cells.size());
    const Grid grid = features.grid;
    for (std::int64_t row = 0; row < shares.shape()[0] * grid.height; ++row) {  // of cells, in all images
      for (std::int64_t y = 0; y < side; ++y) {
        for (std::int64_t cell = 0; cell < grid.width; ++cell) {
          const auto from = of_cells.begin() + (row * grid.width + cell) * (cells + 1) + y * side;
          all.insert(all.end(), from, from + side);
        }
      }
    }
    return all;
  }

  /// The descriptors of the cells, `B×(H·W)×D`, at unit length.
  X descriptors(const Features<X>& features) const {
    const X hidden = descriptor_in_(features.patches, features.grid, {.activation = Activation::relu});
    return l2_normalize(descriptor_out_(hidden, features.grid));
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    detector_in_.visit(visitor, prefix + "convPa.");
    detector_out_.visit(visitor, prefix + "convPb.");
    descriptor_in_.visit(visitor, prefix + "convDa.");
    descriptor_out_.visit(visitor, prefix + "convDb.");
  }

 private:
  static constexpr std::int64_t side = 8, cells = side * side;

  struct Pixel {
    std::int64_t x, y;
    float score;
  };

  static const SuperPointSettings& validated(const SuperPointSettings& settings) {
    VPR_REQUIRE(ConfigError, settings.descriptor_dim > 0 && settings.threshold >= 0 && settings.radius >= 0 && settings.border >= 0,
                "SuperPoint: got ", settings.descriptor_dim, " dimensions, a threshold of ", settings.threshold, ", a radius of ",
                settings.radius, " and a border of ", settings.border);
    return settings;
  }

  std::vector<Pixel> keypoints(const std::vector<float>& of_pixels, Grid pixels) const {
    const std::vector<float> kept = suppress_non_maxima(of_pixels, pixels, settings_.radius);
    std::vector<Pixel> found;
    for (std::int64_t y = settings_.border; y < pixels.height - settings_.border; ++y) {
      for (std::int64_t x = settings_.border; x < pixels.width - settings_.border; ++x) {
        const float score = kept[static_cast<std::size_t>(y * pixels.width + x)];
        if (score > settings_.threshold) found.push_back({x, y, score});
      }
    }
    if (settings_.most_keypoints >= 0 && settings_.most_keypoints < std::ssize(found)) {
      std::stable_sort(found.begin(), found.end(), [](const Pixel& a, const Pixel& b) { return a.score > b.score; });
      found.resize(static_cast<std::size_t>(settings_.most_keypoints));
    }
    return found;
  }

  /// Appends the descriptor at a pixel. Pixels 3.5 and 8 W - 1 are the centres of the first and the last cell, as in the published code;
  /// cells outside are zero.
  void sample(const float* map, Grid grid, const Pixel& point, std::vector<float>& out) const {
    const auto place = [](std::int64_t pixel, std::int64_t count) {
      return (static_cast<float>(pixel) - 3.5F) / (static_cast<float>(side * count) - 4.5F) * static_cast<float>(count - 1);
    };
    const float x = place(point.x, grid.width), y = place(point.y, grid.height);
    const auto left = static_cast<std::int64_t>(std::floor(x)), top = static_cast<std::int64_t>(std::floor(y));
    const auto dim = static_cast<std::size_t>(settings_.descriptor_dim), begin = out.size();
    out.resize(begin + dim);
    for (const std::int64_t row : {top, top + 1}) {
      for (const std::int64_t column : {left, left + 1}) {
        if (row < 0 || row >= grid.height || column < 0 || column >= grid.width) continue;
        const float weight = (1 - std::abs(x - static_cast<float>(column))) * (1 - std::abs(y - static_cast<float>(row)));
        const float* const cell = map + (row * grid.width + column) * settings_.descriptor_dim;
        for (std::size_t d = 0; d < dim; ++d) out[begin + d] += weight * cell[d];
      }
    }
  }

  SuperPointSettings settings_;
  Convolution<B> detector_in_, detector_out_, descriptor_in_, descriptor_out_;
};

static_assert(LocalHead<SuperPoint<>>);

}  // namespace vpr
