// SPDX-License-Identifier: MIT
/// @file
/// Conv-AP: reduced channels, averaged over a few cells of the map.
#pragma once

#include <vpr/aggregator/concept.hpp>
#include <vpr/backend/cpu.hpp>
#include <vpr/layer/convolution.hpp>
#include <vpr/ops/layout.hpp>
#include <vpr/ops/linear.hpp>
#include <vpr/ops/normalization.hpp>

#include <span>
#include <string>
#include <vector>

namespace vpr {

struct ConvApSettings {
  std::int64_t channels = 2048;
  std::int64_t out_channels = 1024;
  std::int64_t rows = 2;  ///< of cells
  std::int64_t columns = 2;

  std::int64_t dimensions() const { return Shape{out_channels, rows, columns}.elements(); }
};

/// Conv-AP (Ali-bey et al., Neurocomputing 2022): a 1×1 convolution reduces the channels, each of which is averaged over rows×columns
/// cells of the map; then unit length. D = out_channels · rows · columns, channel by channel. Any grid goes: the cells have the borders of
/// `torch.nn.AdaptiveAvgPool2d`, so where they don't divide a side, two share a row. Its parameters are `channel_pool`. Goldens convap_*.
template <class B = Cpu<f32>>
class ConvAp {
 public:
  using backend = B;
  using X = typename B::tensor;

  /// @throws ConfigError  for sizes that are not positive.
  explicit ConvAp(const ConvApSettings& settings = {})
      : settings_(validated(settings)), channel_pool_(settings.channels, settings.out_channels) {}

  std::int64_t dimensions(std::int64_t) const { return settings_.dimensions(); }

  /// @throws ShapeError  for features of other channels.
  X operator()(const Features<X>& features) const {
    const X maps = transpose(channel_pool_(features.patches, features.grid), 1);
    const X averages = linear(maps, shares(features.grid), X());
    return l2_normalize(reshape(averages, Shape{maps.shape()[0], settings_.dimensions()}));
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    channel_pool_.visit(visitor, prefix + "channel_pool.");
  }

 private:
  static const ConvApSettings& validated(const ConvApSettings& settings) {
    VPR_REQUIRE(ConfigError, settings.channels > 0 && settings.out_channels > 0 && settings.rows > 0 && settings.columns > 0,
                "Conv-AP: got ", settings.channels, " channels, ", settings.out_channels, " out channels and ", settings.rows, "x",
                settings.columns, " cells, want positive sizes");
    return settings;
  }

  /// What each position of the map counts in each cell's average: cells×N.
  X shares(Grid grid) const {
    std::vector<float> all;
    for (std::int64_t row = 0; row < settings_.rows; ++row) {
      const std::vector<float> vertical = share(row, settings_.rows, grid.height);
      for (std::int64_t column = 0; column < settings_.columns; ++column) {
        const std::vector<float> horizontal = share(column, settings_.columns, grid.width);
        for (const float y : vertical) {
          for (const float x : horizontal) all.push_back(y * x);
        }
      }
    }
    return X::from(Shape{settings_.rows * settings_.columns, grid.patches()}, std::span<const float>(all));
  }

  /// The same along a side that is cut into `count` cells.
  static std::vector<float> share(std::int64_t cell, std::int64_t count, std::int64_t side) {
    const std::int64_t begin = cell * side / count, end = ((cell + 1) * side + count - 1) / count;
    std::vector<float> all(static_cast<std::size_t>(side));
    for (std::int64_t i = begin; i < end; ++i) all[static_cast<std::size_t>(i)] = 1 / static_cast<float>(end - begin);
    return all;
  }

  ConvApSettings settings_;
  Convolution<B> channel_pool_;
};

}  // namespace vpr
