// SPDX-License-Identifier: MIT
/// @file
/// The kernels that move elements, in their scalar form.
#pragma once

#include <vpr/backend/kernel.hpp>
#include <vpr/core/tensor.hpp>

#include <cstddef>
#include <cstdint>

namespace vpr {
namespace detail {

/// out[y, x, c] = Σ_h Σ_w vertical[y, h] · horizontal[x, w] · map[h, w, c], by both matrices or, `transposed`, by both of them transposed.
template <class Executor, class X>
void resample_map(const X& map, const X& vertical, const X& horizontal, bool transposed, X& out) {
  using T = typename X::value_type;
  const T *input = map.data(), *rows = vertical.data(), *columns = horizontal.data();
  T* result = out.data();
  const std::int64_t height = map.shape()[0], width = map.shape()[1], channels = map.shape()[2];
  const std::int64_t new_height = out.shape()[0], new_width = out.shape()[1];
  const std::int64_t to_y = transposed ? 1 : height, to_h = transposed ? new_height : 1;  // steps in the matrices
  const std::int64_t to_x = transposed ? 1 : width, to_w = transposed ? new_width : 1;
  Executor::for_each(out.elements(), [=] VPR_HD(std::int64_t i) {
    const std::int64_t c = i % channels, x = i / channels % new_width, y = i / channels / new_width;
    T sum = 0;
    for (std::int64_t h = 0; h < height; ++h) {
      const T weight = rows[y * to_y + h * to_h];
      if (weight == T(0)) continue;
      T line = 0;
      for (std::int64_t w = 0; w < width; ++w) {
        const T share = columns[x * to_x + w * to_w];
        if (share != T(0)) line += share * input[(h * width + w) * channels + c];
      }
      sum += weight * line;
    }
    result[i] = sum;
  });
}

}  // namespace detail

/// See `ScalarKernels`.
template <class Executor>
struct ScalarLayout {
  /// Non-overlapping size×size patches of B×C×H×W images as rows: B×(H/size · W/size)×(C · size · size), patches and
  /// pixels row-major, as a convolution of that kernel and stride sees them.
  template <class X>
  static void patches(const X& image, std::int64_t size, X& out) {
    using T = typename X::value_type;
    const T* input = image.data();
    T* result = out.data();
    const std::int64_t channels = image.shape()[1], height = image.shape()[2], width = image.shape()[3];
    const std::int64_t columns = width / size, count = height / size * columns;
    Executor::for_each(out.elements(), [=] VPR_HD(std::int64_t i) {
      const std::int64_t x = i % size, y = i / size % size, c = i / size / size % channels, p = i / size / size / channels % count,
                         b = i / size / size / channels / count;
      result[i] = input[((b * channels + c) * height + p / columns * size + y) * width + p % columns * size + x];
    });
  }

  /// Separable resampling of an H×W×C map by two matrices: out[y, x, c] = Σ_h Σ_w vertical[y, h] · horizontal[x, w] · map[h, w, c].
  template <class X>
  static void resample(const X& map, const X& vertical, const X& horizontal, X& out) {
    detail::resample_map<Executor>(map, vertical, horizontal, false, out);
  }

  /// Copies positions [begin, begin + out's extent) of `axis`.
  template <class X>
  static void slice(const X& x, std::size_t axis, std::int64_t begin, X& out) {
    const std::int64_t inner = inner_size(x, axis), stride = x.shape()[axis] * inner, width = out.shape()[axis] * inner;
    const auto* input = x.data() + begin * inner;
    auto* result = out.data();
    Executor::for_each(out.elements(), [=] VPR_HD(std::int64_t i) { result[i] = input[i / width * stride + i % width]; });
  }

  /// Copies x to positions [begin, begin + x's extent) of `axis` of `out`; an x of leading extent 1 is repeated over out's.
  template <class X>
  static void insert(const X& x, std::size_t axis, std::int64_t begin, X& out) {
    const std::int64_t inner = inner_size(x, axis), width = x.shape()[axis] * inner, stride = out.shape()[axis] * inner;
    const std::int64_t elements = x.elements();
    const auto* input = x.data();
    auto* result = out.data() + begin * inner;
    Executor::for_each(stride == 0 ? 0 : out.elements() / stride * width,
                       [=] VPR_HD(std::int64_t i) { result[i / width * stride + i % width] = input[i % elements]; });
  }

  /// Exchanges `axis` with the next one.
  template <class X>
  static void transpose(const X& x, std::size_t axis, X& out) {
    const std::int64_t rows = x.shape()[axis], columns = x.shape()[axis + 1], inner = inner_size(x, axis + 1);
    const auto* input = x.data();
    auto* result = out.data();
    Executor::for_each(out.elements(), [=] VPR_HD(std::int64_t i) {
      const std::int64_t r = i / inner % rows, c = i / inner / rows % columns, outer = i / inner / rows / columns;
      result[i] = input[((outer * rows + r) * columns + c) * inner + i % inner];
    });
  }

 protected:
  /// Elements between two positions of `axis`.
  template <class X>
  static std::int64_t inner_size(const X& x, std::size_t axis) {
    std::int64_t product = 1;
    for (std::size_t a = axis + 1; a < x.shape().rank(); ++a) product *= x.shape()[a];
    return product;
  }
};

/// See `ScalarGradients`.
template <class Executor>
struct LayoutGradients {
  /// The gradient of `patches`: each pixel gets the gradient of its place in its patch.
  template <class X>
  static void patches_gradient(const X& dy, std::int64_t size, X& dimage) {
    using T = typename X::value_type;
    const T* upstream = dy.data();
    T* result = dimage.data();
    const std::int64_t channels = dimage.shape()[1], height = dimage.shape()[2], width = dimage.shape()[3], columns = width / size;
    Executor::for_each(dimage.elements(), [=] VPR_HD(std::int64_t i) {
      const std::int64_t x = i % width, y = i / width % height, c = i / width / height % channels, b = i / width / height / channels;
      const std::int64_t p = (b * (height / size) + y / size) * columns + x / size;
      result[i] = upstream[((p * channels + c) * size + y % size) * size + x % size];
    });
  }

  /// The gradient of `resample` by the map: dmap[h, w, c] = Σ_y Σ_x vertical[y, h] · horizontal[x, w] · dy[y, x, c].
  template <class X>
  static void resample_gradient(const X& dy, const X& vertical, const X& horizontal, X& dmap) {
    detail::resample_map<Executor>(dy, vertical, horizontal, true, dmap);
  }
};

/// The kernels of this group that `Backend` asks for.
template <class B>
concept HasLayoutKernels = requires(const Tensor<B> x, Tensor<B> out, std::int64_t size, std::size_t axis) {
  B::patches(x, size, out);
  B::resample(x, x, x, out);
  B::slice(x, axis, size, out);
  B::insert(x, axis, size, out);
  B::transpose(x, axis, out);
};

/// And those that `DifferentiableBackend` asks for.
template <class B>
concept HasLayoutGradients = requires(const Tensor<B> x, Tensor<B> out, std::int64_t size) {
  B::patches_gradient(x, size, out);
  B::resample_gradient(x, x, x, out);
};

}  // namespace vpr
