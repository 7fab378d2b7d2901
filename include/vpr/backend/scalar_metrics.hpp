// SPDX-License-Identifier: MIT
/// @file
/// The kernels that losses compare descriptors with, and those of their gradients, written once and plainly.
#pragma once

#include <vpr/backend/kernel.hpp>
#include <vpr/core/tensor.hpp>

#include <cmath>
#include <cstdint>

namespace vpr {

/// Kernels of losses, in the manner of `ScalarKernels`. `y` is an op's result, `dy` its gradient.
template <class Executor>
struct ScalarMetrics {
  /// out[r] = ‖x[r]‖.
  template <class X>
  static void norms(const X& x, X& out) {
    using T = typename X::value_type;
    const T* input = x.data();
    T* result = out.data();
    const std::int64_t columns = x.shape().last();
    Executor::for_each(out.elements(), [=] VPR_HD(std::int64_t r) {
      T sum = 0;
      for (std::int64_t c = 0; c < columns; ++c) sum += input[r * columns + c] * input[r * columns + c];
      result[r] = std::sqrt(sum);
    });
  }

  /// dx[r] = dy[r] · x[r] / ‖x[r]‖, and 0 where x[r] is 0.
  template <class X>
  static void norms_gradient(const X& x, const X& y, const X& dy, X& dx) {
    using T = typename X::value_type;
    const T *input = x.data(), *norm = y.data(), *upstream = dy.data();
    T* result = dx.data();
    const std::int64_t columns = x.shape().last();
    Executor::for_each(x.elements(), [=] VPR_HD(std::int64_t i) {
      const std::int64_t r = i / columns;
      result[i] = norm[r] == T(0) ? T(0) : upstream[r] * (input[i] / norm[r]);
    });
  }

  /// out[i, j] = ‖a[i] - b[j]‖, from the differences themselves: exact for near neighbours, which inner products are not.
  template <class X>
  static void distances(const X& a, const X& b, X& out) {
    using T = typename X::value_type;
    const T *left = a.data(), *right = b.data();
    T* result = out.data();
    const std::int64_t channels = a.shape()[1], columns = b.shape()[0];
    Executor::for_each(out.elements(), [=] VPR_HD(std::int64_t i) {
      const T *one = left + i / columns * channels, *other = right + i % columns * channels;
      T sum = 0;
      for (std::int64_t c = 0; c < channels; ++c) sum += (one[c] - other[c]) * (one[c] - other[c]);
      result[i] = std::sqrt(sum);
    });
  }

  /// da[i] = Σ_j dy[i, j] · (a[i] - b[j]) / y[i, j], and nothing from a distance of 0; `transposed`: y and dy are those of (b, a).
  template <class X>
  static void distances_gradient(const X& a, const X& b, const X& y, const X& dy, bool transposed, X& da) {
    using T = typename X::value_type;
    const T *left = a.data(), *right = b.data(), *distance = y.data(), *upstream = dy.data();
    T* result = da.data();
    const std::int64_t channels = a.shape()[1], rows = a.shape()[0], others = b.shape()[0];
    const std::int64_t row = transposed ? 1 : others, step = transposed ? rows : 1;
    Executor::for_each(a.elements(), [=] VPR_HD(std::int64_t i) {
      T sum = 0;
      for (std::int64_t j = 0; j < others; ++j) {
        const std::int64_t at = i / channels * row + j * step;
        if (distance[at] != T(0)) sum += upstream[at] / distance[at] * (left[i] - right[j * channels + i % channels]);
      }
      result[i] = sum;
    });
  }

  /// out[r] = log Σ_c exp(x[r, c]) over the c with mask[r, c] > 0 and, with `and_zero`, a further exp(0). Nothing to sum gives 0.
  template <class X>
  static void log_sum_exp(const X& x, const X& mask, bool and_zero, X& out) {
    using T = typename X::value_type;
    const T *input = x.data(), *chosen = mask.data();
    T* result = out.data();
    const std::int64_t columns = x.shape().last();
    Executor::for_each(out.elements(), [=] VPR_HD(std::int64_t r) {
      // The largest is taken out of the sum: its exponential is the 1 of log1p, which keeps what little the others add.
      const std::int64_t end = (r + 1) * columns;
      std::int64_t best = -1;
      for (std::int64_t i = r * columns; i < end; ++i) {
        if (chosen[i] > T(0) && (best < 0 ? !and_zero || !(input[i] <= T(0)) : input[i] > input[best])) best = i;
      }
      const T largest = best < 0 ? T(0) : input[best];
      T sum = and_zero && best >= 0 ? std::exp(-largest) : T(0);
      for (std::int64_t i = r * columns; i < end; ++i) {
        if (chosen[i] > T(0) && i != best) sum += std::exp(input[i] - largest);
      }
      result[r] = largest + std::log1p(sum);
    });
  }

  /// dx[r, c] = dy[r] · exp(x[r, c] - y[r]) where mask[r, c] > 0, else 0.
  template <class X>
  static void log_sum_exp_gradient(const X& x, const X& mask, const X& y, const X& dy, X& dx) {
    using T = typename X::value_type;
    const T *input = x.data(), *chosen = mask.data(), *value = y.data(), *upstream = dy.data();
    T* result = dx.data();
    const std::int64_t columns = x.shape().last();
    Executor::for_each(x.elements(), [=] VPR_HD(std::int64_t i) {
      result[i] = chosen[i] > T(0) ? upstream[i / columns] * std::exp(input[i] - value[i / columns]) : T(0);
    });
  }

  /// out[m] = x[indices[m]], rows being all but the first axis; the indices are whole numbers.
  template <class X>
  static void gather(const X& x, const X& indices, X& out) {
    using T = typename X::value_type;
    const T *input = x.data(), *index = indices.data();
    T* result = out.data();
    const std::int64_t columns = indices.elements() == 0 ? 1 : out.elements() / indices.elements();
    Executor::for_each(out.elements(), [=] VPR_HD(std::int64_t i) {
      result[i] = input[static_cast<std::int64_t>(index[i / columns]) * columns + i % columns];
    });
  }

  /// The gradient of `gather`: out[r] = Σ x[order[k]] over the k in [ends[r - 1], ends[r]), in that order; ends[-1] is 0.
  template <class X>
  static void sum_gathered(const X& x, const X& order, const X& ends, X& out) {
    using T = typename X::value_type;
    const T *input = x.data(), *source = order.data(), *end = ends.data();
    T* result = out.data();
    const std::int64_t columns = ends.elements() == 0 ? 1 : out.elements() / ends.elements();
    Executor::for_each(out.elements(), [=] VPR_HD(std::int64_t i) {
      const std::int64_t r = i / columns, first = r == 0 ? 0 : static_cast<std::int64_t>(end[r - 1]),
                         last = static_cast<std::int64_t>(end[r]);
      T sum = 0;
      for (std::int64_t k = first; k < last; ++k) sum += input[static_cast<std::int64_t>(source[k]) * columns + i % columns];
      result[i] = sum;
    });
  }
};

/// The kernels of this group that `Backend` asks for.
template <class B>
concept HasMetricKernels = requires(const Tensor<B> x, Tensor<B> out, bool flag) {
  B::norms(x, out);
  B::distances(x, x, out);
  B::log_sum_exp(x, x, flag, out);
  B::gather(x, x, out);
};

/// And those that `DifferentiableBackend` asks for.
template <class B>
concept HasMetricGradients = requires(const Tensor<B> x, Tensor<B> out, bool flag) {
  B::norms_gradient(x, x, x, out);
  B::distances_gradient(x, x, x, x, flag, out);
  B::log_sum_exp_gradient(x, x, x, x, out);
  B::sum_gathered(x, x, x, out);
};

}  // namespace vpr
