// SPDX-License-Identifier: MIT
/// @file
/// Learned positions, and how they follow to grids of another size.
#pragma once

#include <vpr/backbone/features.hpp>
#include <vpr/backbone/vit_config.hpp>
#include <vpr/image/taps.hpp>
#include <vpr/ops/layout.hpp>

#include <span>
#include <vector>

namespace vpr {
namespace detail {

/// The bicubic resize of one axis as a matrix outputs × inputs, as torch's `interpolate` computes its weights: `offset` 0 means by
/// size, else by the scale (outputs + offset) / inputs.
inline std::vector<float> bicubic_matrix(std::int64_t inputs, std::int64_t outputs, double offset, bool antialias) {
  const auto scale = offset == 0 ? static_cast<float>(inputs) / static_cast<float>(outputs)
                                 : static_cast<float>(1.0 / ((static_cast<double>(outputs) + offset) / static_cast<double>(inputs)));
  const Taps<float> taps = antialias ? antialias_taps<float>(inputs, outputs, Interpolation::bicubic, scale)
                                     : plain_taps(inputs, outputs, Interpolation::bicubic, scale);
  std::vector<float> matrix(static_cast<std::size_t>(outputs * inputs));
  for (std::int64_t i = 0; i < outputs; ++i) {
    const Window window = taps.window(i);
    std::copy_n(taps.weights(i), window.count, matrix.begin() + i * inputs + window.first);
  }
  return matrix;
}

}  // namespace detail

/// The learned positions `1×(1 + side²)×C` of the class token and a square grid of patches.
template <class B>
struct PositionEmbedding {
  using X = typename B::tensor;

  std::int64_t side;
  double offset;
  bool antialias;
  X positions;

  explicit PositionEmbedding(const VitConfig& config)
      : side(config.trained_side / config.patch_size),
        offset(config.position_offset),
        antialias(config.position_antialias),
        positions(X::zeros(Shape{1, 1 + side * side, config.channels})) {}

  X of_class() const { return slice(positions, 1, 0, 1); }

  /// The positions of a grid, `1×N×C`: those learned on the trained grid, and resized bicubically on any other. DINOv2's code also
  /// resizes, by a scale just off 1, for a grid that has as many patches but is not square.
  X of_grid(Grid grid) const {
    X learned = slice(positions, 1, 1, 1 + side * side);
    if (grid == Grid{side, side}) return learned;
    const std::int64_t channels = positions.shape()[2];
    const auto matrix = [&](std::int64_t outputs) {
      const std::vector<float> values = detail::bicubic_matrix(side, outputs, offset, antialias);
      return X::from(Shape{outputs, side}, std::span<const float>(values));
    };
    return reshape(resample(reshape(std::move(learned), Shape{side, side, channels}), matrix(grid.height), matrix(grid.width)),
                   Shape{1, grid.patches(), channels});
  }
};

}  // namespace vpr
