// SPDX-License-Identifier: MIT
/// @file
/// Gradients of the ops that move elements.
#pragma once

#include <vpr/backend/kernel.hpp>
#include <vpr/core/tensor.hpp>

#include <cstdint>

namespace vpr {

/// See `ScalarGradients`.
template <class Executor>
struct LayoutGradients {
  /// The gradient of `patches`: each pixel gets the slope of its place in its patch.
  template <class X>
  static void patches_gradient(const X& dy, std::int64_t size, X& dimage) {
    using T = typename X::value_type;
    const T* slope = dy.data();
    T* result = dimage.data();
    const std::int64_t channels = dimage.shape()[1], height = dimage.shape()[2], width = dimage.shape()[3], columns = width / size;
    Executor::for_each(dimage.elements(), [=] VPR_HD(std::int64_t i) {
      const std::int64_t x = i % width, y = i / width % height, c = i / width / height % channels, b = i / width / height / channels;
      const std::int64_t p = (b * (height / size) + y / size) * columns + x / size;
      result[i] = slope[((p * channels + c) * size + y % size) * size + x % size];
    });
  }

  /// The gradient of `resample` by the map: dmap[h, w, c] = Σ_y Σ_x vertical[y, h] · horizontal[x, w] · dy[y, x, c].
  template <class X>
  static void resample_gradient(const X& dy, const X& vertical, const X& horizontal, X& dmap) {
    using T = typename X::value_type;
    const T *slope = dy.data(), *rows = vertical.data(), *columns = horizontal.data();
    T* result = dmap.data();
    const std::int64_t height = dmap.shape()[0], width = dmap.shape()[1], channels = dmap.shape()[2];
    const std::int64_t new_height = dy.shape()[0], new_width = dy.shape()[1];
    Executor::for_each(dmap.elements(), [=] VPR_HD(std::int64_t i) {
      const std::int64_t c = i % channels, w = i / channels % width, h = i / channels / width;
      T sum = 0;
      for (std::int64_t y = 0; y < new_height; ++y) {
        const T weight = rows[y * height + h];
        if (weight == T(0)) continue;
        T line = 0;
        for (std::int64_t x = 0; x < new_width; ++x) {
          if (columns[x * width + w] != T(0)) line += columns[x * width + w] * slope[(y * new_width + x) * channels + c];
        }
        sum += weight * line;
      }
      result[i] = sum;
    });
  }
};

}  // namespace vpr
