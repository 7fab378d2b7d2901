// SPDX-License-Identifier: MIT
/// @file
/// The normalisations of rows in their scalar form, and their gradients.
#pragma once

#include <vpr/backend/kernel.hpp>
#include <vpr/core/tensor.hpp>

#include <cmath>
#include <cstdint>

namespace vpr {

/// See `ScalarKernels`.
template <class Executor>
struct ScalarNormalization {
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
};

/// See `ScalarGradients`.
template <class Executor>
struct NormalizationGradients {
  /// The gradient of `layer_norm` by x, its result being x̂ ∘ gamma + beta:
  /// (g - mean(g) - x̂ mean(g x̂)) / σ with g = dy ∘ gamma, a row at a time.
  template <class X>
  static void layer_norm_gradient(const X& x, const X& gamma, typename X::value_type eps, const X& dy, X& dx) {
    using T = typename X::value_type;
    const T *input = x.data(), *scale = gamma.data(), *upstream = dy.data();
    T* result = dx.data();
    const std::int64_t columns = x.shape().last();
    Executor::for_each(x.shape().rows(), [=] VPR_HD(std::int64_t r) {
      const T *row = input + r * columns, *above = upstream + r * columns;
      T mean = 0, variance = 0;
      for (std::int64_t c = 0; c < columns; ++c) mean += row[c];
      mean /= T(columns);
      for (std::int64_t c = 0; c < columns; ++c) variance += (row[c] - mean) * (row[c] - mean);
      const T factor = T(1) / std::sqrt(variance / T(columns) + eps);
      T* target = result + r * columns;
      T sum = 0, product = 0;
      for (std::int64_t c = 0; c < columns; ++c) {
        target[c] = above[c] * scale[c];
        sum += target[c];
        product += target[c] * (row[c] - mean) * factor;
      }
      for (std::int64_t c = 0; c < columns; ++c) {
        target[c] = factor * (target[c] - (sum + (row[c] - mean) * factor * product) / T(columns));
      }
    });
  }

  /// The gradient of `softmax`, y being its result: y ∘ (dy - y · dy), a row at a time. `dx` may be `dy`.
  template <class X>
  static void softmax_gradient(const X& y, const X& dy, X& dx) {
    using T = typename X::value_type;
    const T *value = y.data(), *upstream = dy.data();
    T* result = dx.data();
    const std::int64_t columns = y.shape().last();
    Executor::for_each(y.shape().rows(), [=] VPR_HD(std::int64_t r) {
      T product = 0;
      for (std::int64_t i = r * columns; i < (r + 1) * columns; ++i) product += value[i] * upstream[i];
      for (std::int64_t i = r * columns; i < (r + 1) * columns; ++i) result[i] = value[i] * (upstream[i] - product);
    });
  }

  /// The gradient of `l2_normalize`, y being its result: (dy - y (y · dy)) / ‖x‖, or dy / eps where ‖x‖ is below eps.
  template <class X>
  static void l2_normalize_gradient(const X& x, typename X::value_type eps, const X& y, const X& dy, X& dx) {
    using T = typename X::value_type;
    const T *input = x.data(), *value = y.data(), *upstream = dy.data();
    T* result = dx.data();
    const std::int64_t columns = x.shape().last();
    Executor::for_each(x.shape().rows(), [=] VPR_HD(std::int64_t r) {
      T squares = 0, product = 0;
      for (std::int64_t i = r * columns; i < (r + 1) * columns; ++i) {
        squares += input[i] * input[i];
        product += value[i] * upstream[i];
      }
      const T norm = std::sqrt(squares);
      const bool below = norm < eps;
      for (std::int64_t i = r * columns; i < (r + 1) * columns; ++i) {
        result[i] = below ? upstream[i] / eps : (upstream[i] - value[i] * product) / norm;
      }
    });
  }
};

/// The kernels of this group that `Backend` asks for.
template <class B>
concept HasNormalizationKernels = requires(const Tensor<B> x, Tensor<B> out, typename B::value number) {
  B::layer_norm(x, x, x, number, out);
  B::softmax(x, out);
  B::l2_normalize(x, number, out);
};

/// And those that `DifferentiableBackend` asks for.
template <class B>
concept HasNormalizationGradients = requires(const Tensor<B> x, Tensor<B> out, typename B::value number) {
  B::layer_norm_gradient(x, x, number, x, out);
  B::softmax_gradient(x, x, out);
  B::l2_normalize_gradient(x, number, x, x, out);
};

}  // namespace vpr
