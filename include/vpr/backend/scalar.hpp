// SPDX-License-Identifier: MIT
/// @file
/// Every kernel of inference, written once and plainly: one function object an output element or row, run by an executor.
#pragma once

#include <vpr/backend/kernel.hpp>
#include <vpr/backend/scalar_metrics.hpp>
#include <vpr/core/tensor.hpp>

#include <cmath>
#include <cstdint>

namespace vpr {

/// The kernels that `Backend` lists, over any memory that `Executor` can reach.
///
/// `Executor::for_each(count, body)` calls `body(i)` for each i in [0, count), in any order. Each output element is
/// summed by one call in ascending order, so the result does not depend on the executor. These are the reference that
/// faster kernels are tested against, and all that a new backend needs to run: it hides those it can do better.
///
/// Kernels write `out`, which the op has allocated in the right shape; `out` may be `x` where a kernel is elementwise.
/// Shapes were checked by the op.
template <class Executor>
struct ScalarKernels : ScalarMetrics<Executor> {
  /// out[r, o] = activation(Σ_i x[r, i] · weight[o, i] + bias[o]); an empty bias is none.
  template <class X>
  static void linear(const X& x, const X& weight, const X& bias, Activation activation, X& out) {
    using T = typename X::value_type;
    const T *input = x.data(), *matrix = weight.data(), *offset = bias.empty() ? nullptr : bias.data();
    const std::int64_t columns = x.shape().last(), outputs = out.shape().last();
    T* result = out.data();
    Executor::for_each(out.elements(), [=] VPR_HD(std::int64_t i) {
      const T* row = input + i / outputs * columns;
      const T* other = matrix + i % outputs * columns;
      T sum = 0;
      for (std::int64_t k = 0; k < columns; ++k) sum += row[k] * other[k];
      if (offset != nullptr) sum += offset[i % outputs];
      result[i] = detail::activate(activation, sum);
    });
  }

  template <class X>
  static void gelu(const X& x, X& out) {
    const auto* input = x.data();
    auto* result = out.data();
    Executor::for_each(out.elements(), [=] VPR_HD(std::int64_t i) { result[i] = detail::gelu_value(input[i]); });
  }

  template <class X>
  static void relu(const X& x, X& out) {
    const auto* input = x.data();
    auto* result = out.data();
    Executor::for_each(out.elements(), [=] VPR_HD(std::int64_t i) { result[i] = detail::activate(Activation::relu, input[i]); });
  }

  /// out[r, c] = silu(x[r, c]) · x[r, C + c], x having 2C columns (the gate of SwiGLU: Shazeer 2020).
  template <class X>
  static void silu_gate(const X& x, X& out) {
    using T = typename X::value_type;
    const T* input = x.data();
    T* result = out.data();
    const std::int64_t columns = out.shape().last();
    Executor::for_each(out.elements(), [=] VPR_HD(std::int64_t i) {
      const T* row = input + i / columns * 2 * columns + i % columns;
      result[i] = row[0] / (T(1) + std::exp(-row[0])) * row[columns];
    });
  }

  /// out[i] = x[i] + scale · y[i mod |y|]: y repeats over the leading axes of x.
  template <class X>
  static void add_scaled(const X& x, const X& y, typename X::value_type scale, X& out) {
    using T = typename X::value_type;
    const T *a = x.data(), *b = y.data();
    T* result = out.data();
    const std::int64_t period = y.elements();
    Executor::for_each(out.elements(), [=] VPR_HD(std::int64_t i) { result[i] = a[i] + scale * b[i % period]; });
  }

  /// out[r, c] = x[r, c] + gamma[c] · y[r, c].
  template <class X>
  static void add_gated(const X& x, const X& y, const X& gamma, X& out) {
    using T = typename X::value_type;
    const T *a = x.data(), *b = y.data(), *gate = gamma.data();
    T* result = out.data();
    const std::int64_t columns = gamma.elements();
    Executor::for_each(out.elements(), [=] VPR_HD(std::int64_t i) { result[i] = a[i] + gate[i % columns] * b[i]; });
  }

  /// Each row minus its mean, over its population standard deviation √(σ² + eps), times gamma plus beta.
  template <class X>
  static void layer_norm(const X& x, const X& gamma, const X& beta, typename X::value_type eps, X& out) {
    using T = typename X::value_type;
    const T *input = x.data(), *scale = gamma.data(), *offset = beta.data();
    T* result = out.data();
    const std::int64_t columns = x.shape().last();
    Executor::for_each(x.shape().rows(), [=] VPR_HD(std::int64_t r) {
      const T* row = input + r * columns;
      T mean = 0, variance = 0;
      for (std::int64_t c = 0; c < columns; ++c) mean += row[c];
      mean /= T(columns);
      for (std::int64_t c = 0; c < columns; ++c) variance += (row[c] - mean) * (row[c] - mean);
      const T factor = T(1) / std::sqrt(variance / T(columns) + eps);
      for (std::int64_t c = 0; c < columns; ++c) result[r * columns + c] = (row[c] - mean) * factor * scale[c] + offset[c];
    });
  }

  /// Each row as exp(x - max) over its sum.
  template <class X>
  static void softmax(const X& x, X& out) {
    using T = typename X::value_type;
    const T* input = x.data();
    T* result = out.data();
    const std::int64_t columns = x.shape().last();
    Executor::for_each(x.shape().rows(), [=] VPR_HD(std::int64_t r) {
      const T* row = input + r * columns;
      T* target = result + r * columns;
      T largest = row[0], sum = 0;
      for (std::int64_t c = 1; c < columns; ++c) largest = row[c] > largest ? row[c] : largest;
      for (std::int64_t c = 0; c < columns; ++c) sum += target[c] = std::exp(row[c] - largest);
      for (std::int64_t c = 0; c < columns; ++c) target[c] /= sum;
    });
  }

  /// Multi-head attention: out[b, n, head] = Σ_m softmax_m(q[b, n] · k[b, m] / √depth) · v[b, m] (Vaswani et al. 2017, eq. 1).
  /// `out` is B×N×(heads · depth).
  template <class X>
  static void attention(AttentionOperand<typename X::value_type> q, AttentionOperand<typename X::value_type> k,
                        AttentionOperand<typename X::value_type> v, std::int64_t heads, X& out) {
    using T = typename X::value_type;
    const std::int64_t batch = out.shape()[0], channels = out.shape().last(), depth = channels / heads;
    X weights(Shape{batch, heads, q.rows, k.rows});
    T *weight = weights.data(), *result = out.data();
    const T scale = T(1) / std::sqrt(T(depth));
    Executor::for_each(weights.elements(), [=] VPR_HD(std::int64_t i) {
      const std::int64_t m = i % k.rows, n = i / k.rows % q.rows, head = i / k.rows / q.rows % heads, b = i / k.rows / q.rows / heads;
      const T* query = q.data + (b * q.rows + n) * q.stride + head * depth;
      const T* key = k.data + (b * k.rows + m) * k.stride + head * depth;
      T sum = 0;
      for (std::int64_t d = 0; d < depth; ++d) sum += query[d] * key[d];
      weight[i] = sum * scale;
    });
    softmax(weights, weights);
    Executor::for_each(out.elements(), [=] VPR_HD(std::int64_t i) {
      const std::int64_t c = i % channels, n = i / channels % q.rows, b = i / channels / q.rows;
      const T* row = weight + ((b * heads + c / depth) * q.rows + n) * k.rows;
      const T* column = v.data + b * v.rows * v.stride + c;
      T sum = 0;
      for (std::int64_t m = 0; m < k.rows; ++m) sum += row[m] * column[m * v.stride];
      result[i] = sum;
    });
  }

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

  /// out[b, c] = (mean_n max(x[b, n, c], eps)^p)^(1/p), p being a learned tensor of one element. The powers are taken of
  /// ratios to the largest, so that none under- or overflows.
  template <class X>
  static void gem(const X& x, const X& p, typename X::value_type eps, X& out) {
    using T = typename X::value_type;
    const T *input = x.data(), *power = p.data();
    T* result = out.data();
    const std::int64_t count = x.shape()[1], channels = x.shape()[2];
    Executor::for_each(out.elements(), [=] VPR_HD(std::int64_t i) {
      const T* column = input + i / channels * count * channels + i % channels;
      T largest = eps, sum = 0;
      for (std::int64_t n = 0; n < count; ++n) largest = detail::clamped(column[n * channels], largest);
      for (std::int64_t n = 0; n < count; ++n) sum += std::pow(detail::clamped(column[n * channels], eps) / largest, power[0]);
      result[i] = largest * std::pow(sum / T(count), T(1) / power[0]);
    });
  }

  /// out[b, c] = mean_n x[b, n, c].
  template <class X>
  static void mean(const X& x, X& out) {
    using T = typename X::value_type;
    const T* input = x.data();
    T* result = out.data();
    const std::int64_t count = x.shape()[1], channels = x.shape()[2];
    Executor::for_each(out.elements(), [=] VPR_HD(std::int64_t i) {
      const T* column = input + i / channels * count * channels + i % channels;
      T sum = 0;
      for (std::int64_t n = 0; n < count; ++n) sum += column[n * channels];
      result[i] = sum / T(count);
    });
  }

  /// Each row over max(its Euclidean norm, eps).
  template <class X>
  static void l2_normalize(const X& x, typename X::value_type eps, X& out) {
    using T = typename X::value_type;
    const T* input = x.data();
    T* result = out.data();
    const std::int64_t columns = x.shape().last();
    Executor::for_each(x.shape().rows(), [=] VPR_HD(std::int64_t r) {
      const T* row = input + r * columns;
      T sum = 0;
      for (std::int64_t c = 0; c < columns; ++c) sum += row[c] * row[c];
      const T norm = std::sqrt(sum);
      for (std::int64_t c = 0; c < columns; ++c) result[r * columns + c] = row[c] / detail::clamped(norm, eps);
    });
  }

  /// Each row as 1 at its largest element, the first of equals, and 0 elsewhere.
  template <class X>
  static void one_hot(const X& x, X& out) {
    using T = typename X::value_type;
    const T* input = x.data();
    T* result = out.data();
    const std::int64_t columns = x.shape().last();
    Executor::for_each(x.shape().rows(), [=] VPR_HD(std::int64_t r) {
      const T* row = input + r * columns;
      std::int64_t best = 0;
      for (std::int64_t c = 1; c < columns; ++c) best = row[c] > row[best] ? c : best;
      for (std::int64_t c = 0; c < columns; ++c) result[r * columns + c] = T(c == best);
    });
  }

  /// VLAD's sums of residuals: out[b, k, c] = Σ_n assignment[b, n, k] · (x[b, n, c] - centres[k, c]) (Jégou et al. 2010).
  template <class X>
  static void residual_sums(const X& x, const X& assignment, const X& centres, X& out) {
    using T = typename X::value_type;
    const T *input = x.data(), *assigned = assignment.data(), *centre = centres.data();
    T* result = out.data();
    const std::int64_t count = x.shape()[1], channels = x.shape()[2], clusters = centres.shape()[0];
    Executor::for_each(out.elements(), [=] VPR_HD(std::int64_t i) {
      const std::int64_t c = i % channels, k = i / channels % clusters, b = i / channels / clusters;
      T sum = 0;
      for (std::int64_t n = 0; n < count; ++n) {
        const T share = assigned[(b * count + n) * clusters + k];
        if (share != T(0)) sum += share * (input[(b * count + n) * channels + c] - centre[k * channels + c]);
      }
      result[i] = sum;
    });
  }

  /// Separable resampling of an H×W×C map by two matrices: out[y, x, c] = Σ_h Σ_w vertical[y, h] · horizontal[x, w] · map[h, w, c].
  template <class X>
  static void resample(const X& map, const X& vertical, const X& horizontal, X& out) {
    using T = typename X::value_type;
    const T *input = map.data(), *rows = vertical.data(), *columns = horizontal.data();
    T* result = out.data();
    const std::int64_t height = map.shape()[0], width = map.shape()[1], channels = map.shape()[2], new_width = out.shape()[1];
    Executor::for_each(out.elements(), [=] VPR_HD(std::int64_t i) {
      const std::int64_t c = i % channels, x = i / channels % new_width, y = i / channels / new_width;
      T sum = 0;
      for (std::int64_t h = 0; h < height; ++h) {
        const T weight = rows[y * height + h];
        if (weight == T(0)) continue;
        T line = 0;
        for (std::int64_t w = 0; w < width; ++w) {
          if (columns[x * width + w] != T(0)) line += columns[x * width + w] * input[(h * width + w) * channels + c];
        }
        sum += weight * line;
      }
      result[i] = sum;
    });
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

 private:
  template <class X>
  static std::int64_t inner_size(const X& x, std::size_t axis) {
    std::int64_t product = 1;
    for (std::size_t a = axis + 1; a < x.shape().rank(); ++a) product *= x.shape()[a];
    return product;
  }
};

}  // namespace vpr
