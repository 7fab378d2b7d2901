// SPDX-License-Identifier: MIT
/// @file
/// Every kernel of inference, written once and plainly: one function object an output element or row, run by an executor.
#pragma once

#include <vpr/backend/scalar_elementwise.hpp>
#include <vpr/backend/scalar_layout.hpp>
#include <vpr/backend/scalar_maps.hpp>
#include <vpr/backend/scalar_metrics.hpp>
#include <vpr/backend/scalar_product.hpp>
#include <vpr/backend/scalar_transport.hpp>

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
struct ScalarKernels : ScalarElementwise<Executor>,
                       ScalarProduct<Executor>,
                       ScalarLayout<Executor>,
                       ScalarMaps<Executor>,
                       ScalarMetrics<Executor>,
                       ScalarTransport<Executor> {
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

  /// The weights of `attention`, B×heads×N×M: softmax_m(q[b, n] · k[b, m] / √depth).
  template <class X>
  static void attention_weights(AttentionOperand<typename X::value_type> q, AttentionOperand<typename X::value_type> k, std::int64_t depth,
                                X& out) {
    using T = typename X::value_type;
    const std::int64_t heads = out.shape()[1];
    T* weight = out.data();
    const T scale = T(1) / std::sqrt(T(depth));
    Executor::for_each(out.elements(), [=] VPR_HD(std::int64_t i) {
      const std::int64_t m = i % k.rows, n = i / k.rows % q.rows, head = i / k.rows / q.rows % heads, b = i / k.rows / q.rows / heads;
      const T* query = q.data + (b * q.rows + n) * q.stride + head * depth;
      const T* key = k.data + (b * k.rows + m) * k.stride + head * depth;
      T sum = 0;
      for (std::int64_t d = 0; d < depth; ++d) sum += query[d] * key[d];
      weight[i] = sum * scale;
    });
    softmax(out, out);
  }

  /// Multi-head attention: out[b, n, head] = Σ_m softmax_m(q[b, n] · k[b, m] / √depth) · v[b, m] (Vaswani et al. 2017, eq. 1).
  /// `out` is B×N×(heads · depth).
  template <class X>
  static void attention(AttentionOperand<typename X::value_type> q, AttentionOperand<typename X::value_type> k,
                        AttentionOperand<typename X::value_type> v, std::int64_t heads, X& out) {
    using T = typename X::value_type;
    const std::int64_t batch = out.shape()[0], channels = out.shape().last(), depth = channels / heads;
    X weights(Shape{batch, heads, q.rows, k.rows});
    attention_weights(q, k, depth, weights);
    const T* weight = weights.data();
    T* result = out.data();
    Executor::for_each(out.elements(), [=] VPR_HD(std::int64_t i) {
      const std::int64_t c = i % channels, n = i / channels % q.rows, b = i / channels / q.rows;
      const T* row = weight + ((b * heads + c / depth) * q.rows + n) * k.rows;
      const T* column = v.data + b * v.rows * v.stride + c;
      T sum = 0;
      for (std::int64_t m = 0; m < k.rows; ++m) sum += row[m] * column[m * v.stride];
      result[i] = sum;
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
};

}  // namespace vpr
