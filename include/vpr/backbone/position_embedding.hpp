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
  std::int64_t side = 0;     // of the square grid
  std::int64_t leading = 0;  // positions of tokens before the patches, which come first

  /// Those of a tensor `1×(side² or leading + side²)×channels`, whose first axis may be left out, or nothing for another shape. Sides end at 1024.
  static std::optional<StoredPositions> of(const Shape& shape, std::int64_t channels, std::int64_t leading) {
    if (shape.rank() < 2 || shape.rank() > 3 || shape.last() != channels) return std::nullopt;
    const std::int64_t positions = shape[shape.rank() - 2];
    if (shape.elements() != positions * channels || positions < 1 || positions > 1024 * 1024 + leading) return std::nullopt;
    for (const std::int64_t before : {std::int64_t{0}, leading}) {
      const auto side =
          static_cast<std::int64_t>(std::lround(std::sqrt(static_cast<double>(std::max<std::int64_t>(positions - before, 0)))));
      if (side > 0 && side * side == positions - before) return StoredPositions{side, before};
    }
    return std::nullopt;
  }
};

}  // namespace detail

/// The learned positions `1×(1 + N)×C` of the class token and a grid of N patches; a distillation token has one, too.
template <class B>
struct PositionEmbedding {
  using X = typename B::tensor;

  std::int64_t leading;
  Grid trained;
  double offset;
  bool antialias;
  X positions;

  explicit PositionEmbedding(const VitConfig& config)
      : leading(config.distillation_token ? 2 : 1),
        trained(config.trained_grid()),
        offset(config.position_offset),
        antialias(config.position_antialias),
        positions(X::zeros(Shape{1, leading + trained.patches(), config.channels})) {}

  /// Those of class and distillation token.
  X of_leading() const { return slice(positions, 1, 0, leading); }

  /// The positions of a grid, `1×N×C`: those learned on the trained grid, and resized bicubically on any other. DINOv2's code also
  /// resizes, by a scale just off 1, for a grid that has as many patches but is not square.
  X of_grid(Grid grid) const {
    X learned = slice(positions, 1, leading, leading + trained.patches());
    if (grid == trained) return learned;
    const std::int64_t channels = positions.shape()[2];
    return reshape(resample(reshape(std::move(learned), Shape{trained.height, trained.width, channels}),
                            axis<X>(trained.height, grid.height), axis<X>(trained.width, grid.width)),
                   Shape{1, grid.patches(), channels});
  }

  /// What is done to positions that a file holds as a tensor of another shape, or nothing where that can't be known: those of another
  /// square grid are resized as those of this one are, and where the class token has none, as in timm's networks with registers, its
  /// position is 0.
  std::string conversion(const Shape& stored) const {
    const auto found = detail::StoredPositions::of(stored, positions.shape()[2], leading);
    if (!found) return {};
    const auto text_of = [](Grid grid) { return std::to_string(grid.height) + "x" + std::to_string(grid.width); };
    const Grid square{found->side, found->side};
    std::string text;
    if (square != trained) text = "the file's grid of " + text_of(square) + " is resized to " + text_of(trained);
    if (found->leading == 0) text += std::string(text.empty() ? "" : "; ") + "the class token has no position in the file, it gets 0";
    return text;
  }

  /// These positions, from the values of a tensor of that shape for which there is a `conversion`.
  std::vector<float> converted(const Shape& stored, std::span<const float> values) const {
    using Host = Tensor<Cpu<f32>>;
    const std::int64_t channels = positions.shape()[2];
    const detail::StoredPositions found = detail::StoredPositions::of(stored, channels, leading).value();
    std::vector<float> all(static_cast<std::size_t>(leading * channels));
    std::copy_n(values.begin(), found.leading * channels, all.begin());
    const std::span<const float> grid = values.subspan(static_cast<std::size_t>(found.leading * channels));
    if (Grid{found.side, found.side} == trained) {
      all.insert(all.end(), grid.begin(), grid.end());
    } else {
      const Host stored_grid = Host::from(Shape{found.side, found.side, channels}, grid);
      const std::vector<float> resized =
          resample(stored_grid, axis<Host>(found.side, trained.height), axis<Host>(found.side, trained.width)).to_vector();
      all.insert(all.end(), resized.begin(), resized.end());
    }
    return all;
  }

  /// Shows the positions under that name, with how they are made of those of another grid: see `ParameterConversion`.
  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& name) {
    visit_convertible(visitor, name, positions,
                      {[this](const Shape& stored) { return conversion(stored); },
                       [this](const Shape& stored, std::span<const float> values) { return converted(stored, values); }});
  }

 private:
  /// The resize of one axis as a matrix outputs × inputs.
  template <class Y>
  Y axis(std::int64_t inputs, std::int64_t outputs) const {
    const ScratchVector<float> values = detail::bicubic_matrix(inputs, outputs, offset, antialias);
    return Y::from(Shape{outputs, inputs}, std::span<const float>(values));
  }
};

}  // namespace vpr
