// SPDX-License-Identifier: MIT
/// @file
/// The kernels of maps of floats that are no products, in runs of channels.
#pragma once

#include <vpr/backend/cpu/map_kernels.hpp>
#include <vpr/backend/host.hpp>
#include <vpr/core/buffer.hpp>
#include <vpr/core/parallel.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace vpr::detail {
inline namespace VPR_TARGET {

/// Hides the scalar kernels of the same names. Rows of a map go over the threads of `parallel_for`.
struct VectorMaps : ScalarKernels<ParallelExecutor> {
  template <class X>
  static void windows(const X& x, Grid map, vpr::Window window, X& out) {
    const std::int64_t channels = x.shape()[2], cells = window.cells(), columns = out.shape()[2];
    std::fill_n(out.data(), out.elements(), 0.0F);
    each_row_of_positions(x.shape()[0], map, window, [&](const Row& row) {
      each_cell(row, map, window, [&](std::int64_t position, std::int64_t cell, std::int64_t at) {
        const float* const from = x.data() + at * channels;
        float* const to = out.data() + position * columns + cell;
        for (std::int64_t c = 0; c < channels; ++c) to[c * cells] = from[c];
      });
    });
  }

  template <class X>
  static void fold(const X& x, Grid map, vpr::Window window, X& out) {
    const std::int64_t channels = out.shape()[2], cells = window.cells(), columns = x.shape()[2];
    const Grid positions = window.positions(map);
    parallel_for(out.shape()[0] * map.height, [&](std::int64_t i) {
      const std::int64_t image = i / map.height, y = i % map.height;
      float* const row = out.data() + i * map.width * channels;
      std::fill_n(row, map.width * channels, 0.0F);
      for (std::int64_t ky = 0; ky < window.kernel; ++ky) {
        const std::int64_t top = y + window.padding - ky, down = top / window.stride;
        if (top < 0 || top % window.stride != 0 || down >= positions.height) continue;
        for (std::int64_t kx = 0; kx < window.kernel; ++kx) {
          const float* from = x.data() + (image * positions.height + down) * positions.width * columns + ky * window.kernel + kx;
          for (std::int64_t across = 0; across < positions.width; ++across, from += columns) {
            const std::int64_t column = across * window.stride - window.padding + kx;
            if (column < 0 || column >= map.width) continue;
            float* const sums = row + column * channels;
            for (std::int64_t c = 0; c < channels; ++c) sums[c] += from[c * cells];
          }
        }
      }
    });
  }

  template <class X>
  static void max_pool(const X& x, Grid map, vpr::Window window, X& out) {
    const std::int64_t channels = x.shape()[2];
    each_row_of_positions(x.shape()[0], map, window, [&](const Row& row) {
      const MapWindows windows(x.data() + row.image * map.patches() * channels, map, window, channels, channels);
      for (std::int64_t column = 0; column < windows.across; ++column)
        map_kernels().max_pool(windows, row.row, column, out.data() + (row.first + column) * channels);
    });
  }

  template <class X>
  static void batch_norm(const X& x, const X& weight, const X& bias, const X& mean, const X& variance, float eps, X& out) {
    constexpr std::int64_t block = 64;  // rows of a task
    const std::int64_t channels = x.shape().last(), rows = x.shape().rows();
    Buffer<float> scale(static_cast<std::size_t>(channels));
    for (std::int64_t c = 0; c < channels; ++c) scale.data()[c] = weight.data()[c] / std::sqrt(variance.data()[c] + eps);
    parallel_for((rows + block - 1) / block, [&](std::int64_t b) {
      for (std::int64_t r = b * block; r < std::min(rows, (b + 1) * block); ++r)
        map_kernels().normalize(channels, x.data() + r * channels, mean.data(), scale.data(), bias.data(), out.data() + r * channels);
    });
  }

 private:
  /// A row of positions: its image, its place in it, and its first position, counted over all images.
  struct Row {
    std::int64_t image, row, first;
  };

  template <class Body>
  static void each_row_of_positions(std::int64_t images, Grid map, vpr::Window window, const Body& body) {
    const Grid positions = window.positions(map);
    parallel_for(images * positions.height, [&](std::int64_t i) {
      body(Row{i / positions.height, i % positions.height, i * positions.width});
    });
  }

  /// Calls `body(position, cell of the window, cell of the maps)` for what the row's windows see of the map.
  template <class Body>
  static void each_cell(const Row& row, Grid map, vpr::Window window, const Body& body) {
    const std::int64_t across = window.positions(map).width, top = row.row * window.stride - window.padding;
    for (std::int64_t column = 0; column < across; ++column) {
      const std::int64_t left = column * window.stride - window.padding;
      for (std::int64_t y = std::max<std::int64_t>(0, -top); y < std::min(window.kernel, map.height - top); ++y) {
        for (std::int64_t x = std::max<std::int64_t>(0, -left); x < std::min(window.kernel, map.width - left); ++x)
          body(row.first + column, y * window.kernel + x, (row.image * map.height + top + y) * map.width + left + x);
      }
    }
  }
};

}  // namespace VPR_TARGET
}  // namespace vpr::detail
