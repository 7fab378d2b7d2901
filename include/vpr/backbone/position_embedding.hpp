// SPDX-License-Identifier: MIT
/// @file
/// Learned positions, and how they follow to grids of another size.
#pragma once

#include <vpr/backbone/features.hpp>
#include <vpr/backbone/vit_config.hpp>
#include <vpr/backend/cpu.hpp>
#include <vpr/core/parameter.hpp>
#include <vpr/image/taps.hpp>
#include <vpr/ops/layout.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace vpr {
namespace detail {

/// The bicubic resize of one axis as a matrix outputs × inputs, as torch's `interpolate` computes its weights: `offset` 0 means by
/// size, else by the scale (outputs + offset) / inputs.
inline ScratchVector<float> bicubic_matrix(std::int64_t inputs, std::int64_t outputs, double offset, bool antialias) {
  const auto scale = offset == 0 ? static_cast<float>(inputs) / static_cast<float>(outputs)
                                 : static_cast<float>(1.0 / ((static_cast<double>(outputs) + offset) / static_cast<double>(inputs)));
  const Taps<float> taps = antialias ? antialias_taps<float>(inputs, outputs, Interpolation::bicubic, scale)
                                     : plain_taps(inputs, outputs, Interpolation::bicubic, scale);
  ScratchVector<float> matrix(static_cast<std::size_t>(outputs * inputs));
  for (std::int64_t i = 0; i < outputs; ++i) {
    const Window window = taps.window(i);
    std::copy_n(taps.weights(i), window.count, matrix.begin() + i * inputs + window.first);
  }
  return matrix;
}

/// Learned positions as files hold them.
struct StoredPositions {
  std::int64_t side = 0;        // of the square grid
  std::int64_t with_class = 0;  // 1 where the class token has a position, which comes first

  /// Those of a tensor `1×(side² or 1 + side²)×channels`, or nothing for another shape. Sides end at 1024.
  static std::optional<StoredPositions> of(const Shape& shape, std::int64_t channels) {
    if (shape.rank() != 3 || shape[0] != 1 || shape[2] != channels || shape[1] < 1 || shape[1] > 1024 * 1024 + 1) return std::nullopt;
    for (const std::int64_t with_class : {0, 1}) {
      const auto side = static_cast<std::int64_t>(std::lround(std::sqrt(static_cast<double>(shape[1] - with_class))));
      if (side > 0 && side * side == shape[1] - with_class) return StoredPositions{side, with_class};
    }
    return std::nullopt;
  }
};

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
      const ScratchVector<float> values = detail::bicubic_matrix(side, outputs, offset, antialias);
      return X::from(Shape{outputs, side}, std::span<const float>(values));
    };
    return reshape(resample(reshape(std::move(learned), Shape{side, side, channels}), matrix(grid.height), matrix(grid.width)),
                   Shape{1, grid.patches(), channels});
  }

  /// What is done to positions that a file holds as a tensor of another shape, or nothing where that can't be known: those of another
  /// square grid are resized as those of this one are, and where the class token has none, as in timm's networks with registers, its
  /// position is 0.
  std::string conversion(const Shape& stored) const {
    const auto found = detail::StoredPositions::of(stored, positions.shape()[2]);
    if (!found) return {};
    const auto grid = [](std::int64_t sides) { return std::to_string(sides) + "x" + std::to_string(sides); };
    std::string text;
    if (found->side != side) text = "the file's grid of " + grid(found->side) + " is resized to " + grid(side);
    if (found->with_class == 0) text += std::string(text.empty() ? "" : "; ") + "the class token has no position in the file, it gets 0";
    return text;
  }

  /// These positions, from the values of a tensor of that shape for which there is a `conversion`.
  std::vector<float> converted(const Shape& stored, std::span<const float> values) const {
    using Host = Tensor<Cpu<f32>>;
    const std::int64_t channels = stored[2];
    const detail::StoredPositions found = detail::StoredPositions::of(stored, channels).value();
    std::vector<float> all(static_cast<std::size_t>(channels));
    if (found.with_class == 1) std::copy_n(values.begin(), channels, all.begin());
    const std::span<const float> grid = values.subspan(static_cast<std::size_t>(found.with_class * channels));
    if (found.side == side) {
      all.insert(all.end(), grid.begin(), grid.end());
    } else {
      const ScratchVector<float> matrix = detail::bicubic_matrix(found.side, side, offset, antialias);
      const Host axis = Host::from(Shape{side, found.side}, std::span<const float>(matrix));
      const std::vector<float> resized = resample(Host::from(Shape{found.side, found.side, channels}, grid), axis, axis).to_vector();
      all.insert(all.end(), resized.begin(), resized.end());
    }
    return all;
  }

  /// Shows the positions under that name, with how they are made of those of another grid: see `ParameterConversion`.
  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& name) {
    if constexpr (requires { visitor.convertible(name, positions, ParameterConversion()); }) {
      visitor.convertible(
          name, positions,
          ParameterConversion{[this](const Shape& stored) { return conversion(stored); },
                              [this](const Shape& stored, std::span<const float> values) { return converted(stored, values); }});
    } else {
      visitor(name, positions);
    }
  }
};

}  // namespace vpr
