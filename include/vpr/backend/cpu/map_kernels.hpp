// SPDX-License-Identifier: MIT
/// @file
/// The inner loops of windows over maps, compiled for each instruction set.
#pragma once

#include <vpr/backend/cpu/vector_math.hpp>
#include <vpr/backend/kernel.hpp>
#include <vpr/backend/window.hpp>

#include <cstdint>
#include <utility>

namespace vpr::detail {
inline namespace VPR_TARGET {

/// Windows over maps of cells, a map an image.
struct MapWindows {
  const float* data;  ///< the first channel that is read of the first cell
  std::int64_t height, width;
  std::int64_t step;      ///< from cell to cell
  std::int64_t channels;  ///< that are read of each cell
  std::int64_t kernel, stride, padding;
  std::int64_t down, across;  ///< positions in a column and in a row

  MapWindows(const float* data_, Grid map, vpr::Window window, std::int64_t step_, std::int64_t channels_)
      : data(data_),
        height(map.height),
        width(map.width),
        step(step_),
        channels(channels_),
        kernel(window.kernel),
        stride(window.stride),
        padding(window.padding),
        down(window.positions(map).height),
        across(window.positions(map).width) {}

  /// How many values a window has.
  std::int64_t depth() const { return kernel * kernel * channels; }
};

struct MapKernels {
  /// Copies what the window sees at `count` positions from `first` on, counted over all images: for each a row of `depth()` floats in the order
  /// kernel row, kernel column, channel, with zeros outside the map. Rows are `row_step` apart, and 16 floats of a row `line_step`; where
  /// that is not 16, the channels must be a multiple of 16.
  void (*copy)(const MapWindows& windows, std::int64_t first, std::int64_t count, float* to, std::int64_t row_step, std::int64_t line_step);

  /// The depthwise convolution of an image by a weight of a row of `step` channels a cell of the window, for the channels [begin, end).
  void (*depthwise)(const MapWindows& windows, const float* weight, std::int64_t begin, std::int64_t end,
                    const EpilogueOperands<float>& epilogue, float* out);

  /// The largest value of each channel at a position; see `ScalarMaps::max_pool`.
  void (*max_pool)(const MapWindows& windows, std::int64_t row, std::int64_t column, float* out);

  /// (x - mean) · scale + bias.
  void (*normalize)(std::int64_t columns, const float* x, const float* mean, const float* scale, const float* bias, float* out);
};

/// Those of the set that runs.
const MapKernels& map_kernels();

}  // namespace VPR_TARGET
}  // namespace vpr::detail

#if VPR_HAS_KERNELS
#define VPR_KERNELS <vpr/backend/cpu/kernels/maps.inl>
#include <vpr/backend/cpu/each_instruction_set.inl>
VPR_DEFINE_CHOSEN_KERNELS(MapKernels, map_kernels)
#endif
