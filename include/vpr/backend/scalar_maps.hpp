// SPDX-License-Identifier: MIT
/// @file
/// The kernels of maps in their scalar form: what convolutions, transposed convolutions and batch normalisation are made of.
#pragma once

#include <vpr/backend/kernel.hpp>
#include <vpr/backend/window.hpp>
#include <vpr/core/tensor.hpp>

#include <cmath>
#include <cstdint>

namespace vpr {

/// Maps are tokens `B×(H·W)×C`, row-major over the grid. See `ScalarKernels` for what an executor is.
template <class Executor>
struct ScalarMaps {
  /// out[b, p, o] = epilogue(Σ weight[o, c, cell] · what the window at p sees of channel c in the cell), c over the channels of o's group: the
  /// map's channels are as many groups as the weight O×(C/groups)×k×k has room for.
  template <class X>
  static void convolution(const X& x, Grid map, Window window, const X& weight, const EpilogueOperands<typename X::value_type>& epilogue,
                          X& out) {
    using T = typename X::value_type;
    const T *input = x.data(), *matrix = weight.data();
    T* result = out.data();
    const std::int64_t channels = x.shape()[2], outputs = out.shape()[2], inputs = weight.shape()[1], cells = window.cells();
    const std::int64_t outputs_of_group = outputs / (channels / inputs), across = window.positions(map).width, count = out.shape()[1];
    Executor::for_each(out.elements(), [=] VPR_HD(std::int64_t i) {
      const std::int64_t o = i % outputs, p = i / outputs % count, b = i / outputs / count;
      const std::int64_t top = p / across * window.stride - window.padding, left = p % across * window.stride - window.padding;
      const T* image = input + b * map.height * map.width * channels + o / outputs_of_group * inputs;
      T sum = 0;
      for (std::int64_t cell = 0; cell < cells; ++cell) {
        const std::int64_t row = top + cell / window.kernel, column = left + cell % window.kernel;
        if (row < 0 || row >= map.height || column < 0 || column >= map.width) continue;
        for (std::int64_t c = 0; c < inputs; ++c)
          sum += image[(row * map.width + column) * channels + c] * matrix[(o * inputs + c) * cells + cell];
      }
      result[i] = epilogue(sum, i, o);
    });
  }

  /// What the window sees at each of its positions on the map x: out is B×positions×(C · kernel · kernel), a column for each channel,
  /// row and column of the window, as a convolution's weight has them. Outside the map are zeros.
  template <class X>
  static void windows(const X& x, Grid map, Window window, X& out) {
    const auto* input = x.data();
    auto* result = out.data();
    const std::int64_t channels = x.shape()[2], cells = window.cells(), across = window.positions(map).width, count = out.shape()[1];
    Executor::for_each(out.elements(), [=] VPR_HD(std::int64_t i) {
      const std::int64_t cell = i % cells, c = i / cells % channels, p = i / cells / channels % count, b = i / cells / channels / count;
      const std::int64_t row = p / across * window.stride - window.padding + cell / window.kernel;
      const std::int64_t column = p % across * window.stride - window.padding + cell % window.kernel;
      const bool inside = row >= 0 && row < map.height && column >= 0 && column < map.width;
      result[i] = inside ? input[((b * map.height + row) * map.width + column) * channels + c] : 0;
    });
  }

  /// The reverse: each cell of the map `out` is the sum of what x, laid out as `windows` gives it, holds for that cell.
  template <class X>
  static void fold(const X& x, Grid map, Window window, X& out) {
    using T = typename X::value_type;
    const T* input = x.data();
    T* result = out.data();
    const Grid positions = window.positions(map);
    const std::int64_t channels = out.shape()[2], cells = window.cells(), columns = x.shape()[2], count = x.shape()[1];
    Executor::for_each(out.elements(), [=] VPR_HD(std::int64_t i) {
      const std::int64_t c = i % channels, cell = i / channels % (map.height * map.width), b = i / channels / (map.height * map.width);
      T sum = 0;
      for (std::int64_t ky = 0; ky < window.kernel; ++ky) {
        const std::int64_t top = cell / map.width + window.padding - ky, row = top / window.stride;
        if (top < 0 || top % window.stride != 0 || row >= positions.height) continue;
        for (std::int64_t kx = 0; kx < window.kernel; ++kx) {
          const std::int64_t left = cell % map.width + window.padding - kx, column = left / window.stride;
          if (left < 0 || left % window.stride != 0 || column >= positions.width) continue;
          sum += input[(b * count + row * positions.width + column) * columns + c * cells + ky * window.kernel + kx];
        }
      }
      result[i] = sum;
    });
  }

  /// The largest number of each channel that the window sees at each of its positions on the map x: out is B×positions×C.
  template <class X>
  static void max_pool(const X& x, Grid map, Window window, X& out) {
    using T = typename X::value_type;
    const T* input = x.data();
    T* result = out.data();
    const std::int64_t channels = x.shape()[2], across = window.positions(map).width, count = out.shape()[1];
    Executor::for_each(out.elements(), [=] VPR_HD(std::int64_t i) {
      const std::int64_t c = i % channels, p = i / channels % count, b = i / channels / count;
      const T* image = input + b * map.height * map.width * channels + c;
      result[i] = image[largest(image, channels, map, window, p / across, p % across) * channels];
    });
  }

  /// The gradient of `max_pool` by x: what a position gets goes to the cell that it took, of equal ones the first.
  template <class X>
  static void max_pool_gradient(const X& x, Grid map, Window window, const X& dy, X& dx) {
    using T = typename X::value_type;
    const T *input = x.data(), *upstream = dy.data();
    T* result = dx.data();
    const Grid positions = window.positions(map);
    const std::int64_t channels = x.shape()[2], cells = map.height * map.width;
    Executor::for_each(dx.elements(), [=] VPR_HD(std::int64_t i) {
      const std::int64_t c = i % channels, cell = i / channels % cells, b = i / channels / cells;
      const T* image = input + b * cells * channels + c;
      T sum = 0;
      for (std::int64_t ky = window.kernel - 1; ky >= 0; --ky) {
        const std::int64_t top = cell / map.width + window.padding - ky, row = top / window.stride;
        if (top < 0 || top % window.stride != 0 || row >= positions.height) continue;
        for (std::int64_t kx = window.kernel - 1; kx >= 0; --kx) {
          const std::int64_t left = cell % map.width + window.padding - kx, column = left / window.stride;
          if (left < 0 || left % window.stride != 0 || column >= positions.width) continue;
          if (largest(image, channels, map, window, row, column) == cell)
            sum += upstream[((b * positions.height + row) * positions.width + column) * channels + c];
        }
      }
      result[i] = sum;
    });
  }

  /// out[r, c] = (x[r, c] - mean[c]) / √(variance[c] + eps) · weight[c] + bias[c].
  template <class X>
  static void batch_norm(const X& x, const X& weight, const X& bias, const X& mean, const X& variance, typename X::value_type eps, X& out) {
    using T = typename X::value_type;
    const T *input = x.data(), *scale = weight.data(), *offset = bias.data(), *centre = mean.data(), *spread = variance.data();
    T* result = out.data();
    const std::int64_t channels = x.shape().last();
    Executor::for_each(x.elements(), [=] VPR_HD(std::int64_t i) {
      const std::int64_t c = i % channels;
      result[i] = (input[i] - centre[c]) / std::sqrt(spread[c] + eps) * scale[c] + offset[c];
    });
  }
  /// The mean and the population variance of each channel over all rows.
  template <class X>
  static void channel_moments(const X& x, X& mean, X& variance) {
    using T = typename X::value_type;
    const T* input = x.data();
    T *centre = mean.data(), *spread = variance.data();
    const std::int64_t channels = x.shape().last(), rows = x.shape().rows();
    Executor::for_each(channels, [=] VPR_HD(std::int64_t c) {
      T sum = 0, squares = 0;
      for (std::int64_t r = 0; r < rows; ++r) sum += input[r * channels + c];
      centre[c] = sum / T(rows);
      for (std::int64_t r = 0; r < rows; ++r) squares += (input[r * channels + c] - centre[c]) * (input[r * channels + c] - centre[c]);
      spread[c] = squares / T(rows);
    });
  }

  /// The gradients of `batch_norm` by x and by its weight; the one by its bias is the sum of dy. With `of_batch` the mean and the
  /// variance are x's own `channel_moments` and pass gradients too.
  template <class X>
  static void batch_norm_gradient(const X& x, const X& weight, const X& mean, const X& variance, typename X::value_type eps, const X& dy,
                                  bool of_batch, X& dx, X& dweight) {
    using T = typename X::value_type;
    const T *input = x.data(), *scale = weight.data(), *centre = mean.data(), *spread = variance.data(), *upstream = dy.data();
    const std::int64_t channels = x.shape().last(), rows = x.shape().rows();
    X sums(weight.shape());
    T *result = dx.data(), *weight_gradient = dweight.data(), *sum_of = sums.data();
    Executor::for_each(channels, [=] VPR_HD(std::int64_t c) {
      T sum = 0, product = 0;
      for (std::int64_t i = c; i < rows * channels; i += channels) {
        sum += upstream[i];
        product += upstream[i] * (input[i] - centre[c]);
      }
      sum_of[c] = sum;
      weight_gradient[c] = product / std::sqrt(spread[c] + eps);
    });
    Executor::for_each(x.elements(), [=] VPR_HD(std::int64_t i) {
      const std::int64_t c = i % channels;
      const T deviation = std::sqrt(spread[c] + eps);
      const T through_moments = of_batch ? (sum_of[c] + (input[i] - centre[c]) / deviation * weight_gradient[c]) / T(rows) : T(0);
      result[i] = scale[c] / deviation * (upstream[i] - through_moments);
    });
  }

 private:
  /// The cell with the largest number that the window sees at a position: of equal ones the first; the last NaN where there is one, as PyTorch.
  /// One channel of a map starts at `image`. The window must reach into the map.
  template <class T>
  VPR_HD static std::int64_t largest(const T* image, std::int64_t channels, Grid map, Window window, std::int64_t row,
                                     std::int64_t column) {
    const std::int64_t top = row * window.stride - window.padding, left = column * window.stride - window.padding;
    const std::int64_t first_y = top < 0 ? 0 : top, first_x = left < 0 ? 0 : left;
    std::int64_t best = first_y * map.width + first_x;
    for (std::int64_t y = first_y; y < top + window.kernel && y < map.height; ++y) {
      for (std::int64_t x = first_x; x < left + window.kernel && x < map.width; ++x) {
        const T value = image[(y * map.width + x) * channels];
        if (value > image[best * channels] || detail::holds_nan(value)) best = y * map.width + x;
      }
    }
    return best;
  }
};

/// The kernels of this group that `Backend` asks for.
template <class B>
concept HasMapKernels = requires(const Tensor<B> x, Tensor<B> out, Grid map, Window window, typename B::value number,
                                 EpilogueOperands<typename B::value> epilogue) {
  B::convolution(x, map, window, x, epilogue, out);
  B::windows(x, map, window, out);
  B::fold(x, map, window, out);
  B::max_pool(x, map, window, out);
  B::batch_norm(x, x, x, x, x, number, out);
};

/// And those that `DifferentiableBackend` asks for.
template <class B>
concept HasMapGradients = requires(const Tensor<B> x, Tensor<B> out, Grid map, Window window, typename B::value number, bool flag) {
  B::max_pool_gradient(x, map, window, x, out);
  B::channel_moments(x, out, out);
  B::batch_norm_gradient(x, x, x, x, number, x, flag, out, out);
};

}  // namespace vpr
