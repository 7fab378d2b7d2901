// SPDX-License-Identifier: MIT
/// @file
/// Multi-head attention in its scalar form, and its gradient.
#pragma once

#include <vpr/backend/kernel.hpp>
#include <vpr/backend/scalar_normalization.hpp>
#include <vpr/core/tensor.hpp>

#include <cmath>
#include <cstdint>

namespace vpr {

/// See `ScalarKernels`.
template <class Executor>
struct ScalarAttention {
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
    ScalarNormalization<Executor>::softmax(out, out);
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

  /// Turns pairs of x's channels: of each row of the last M tokens and each head of D channels below `channels`, the pair (c, c + D/2) by the
  /// angle whose cosine and sine are at [m, c] of the M×D/2 tensors, or back with `inverse`.
  template <class X>
  static void rotary(const X& cosine, const X& sine, std::int64_t channels, bool inverse, X& x) {
    using T = typename X::value_type;
    const T *cosines = cosine.data(), *sines = sine.data();
    T* values = x.data();
    const std::int64_t tokens = x.shape()[1], columns = x.shape()[2], turned = cosine.shape()[0], half = cosine.shape()[1];
    const std::int64_t pairs = channels / 2;
    Executor::for_each(x.shape()[0] * turned * pairs, [=] VPR_HD(std::int64_t i) {
      const std::int64_t pair = i % pairs, m = i / pairs % turned, b = i / pairs / turned;
      T* const first = values + (b * tokens + tokens - turned + m) * columns + pair / half * 2 * half + pair % half;
      const T turn = cosines[m * half + pair % half], lift = inverse ? -sines[m * half + pair % half] : sines[m * half + pair % half];
      const T a = first[0], c = first[half];
      first[0] = a * turn - c * lift;
      first[half] = c * turn + a * lift;
    });
  }
};

/// See `ScalarGradients`.
template <class Executor>
struct AttentionGradients {
  /// The gradients of `attention` by queries, keys and values, each written in the layout of its operand. With the weights
  /// P = softmax(S), S = q kᵀ / √depth, of a head: dv = Pᵀ dy, dS = P ∘ (dy vᵀ - rowsum(P ∘ dy vᵀ)), dq = dS k / √depth,
  /// dk = dSᵀ q / √depth.
  template <class X, class T>
  static void attention_gradient(AttentionOperand<T> q, AttentionOperand<T> k, AttentionOperand<T> v, std::int64_t heads, const X& dy,
                                 T* dq, T* dk, T* dv) {
    const std::int64_t batch = dy.shape()[0], channels = dy.shape().last(), depth = channels / heads;
    const T scale = T(1) / std::sqrt(T(depth));
    X weights(Shape{batch, heads, q.rows, k.rows}), dweights(weights.shape());
    ScalarAttention<Executor>::attention_weights(q, k, depth, weights);
    const T *weight = weights.data(), *upstream = dy.data();
    T* dweight = dweights.data();
    Executor::for_each(dweights.elements(), [=] VPR_HD(std::int64_t i) {
      const std::int64_t m = i % k.rows, n = i / k.rows % q.rows, head = i / k.rows / q.rows % heads, b = i / k.rows / q.rows / heads;
      const T* row = upstream + (b * q.rows + n) * channels + head * depth;
      const T* value = v.data + (b * v.rows + m) * v.stride + head * depth;
      T sum = 0;
      for (std::int64_t d = 0; d < depth; ++d) sum += row[d] * value[d];
      dweight[i] = sum;
    });
    NormalizationGradients<Executor>::softmax_gradient(weights, dweights, dweights);
    Executor::for_each(dy.elements(), [=] VPR_HD(std::int64_t i) {
      const std::int64_t c = i % channels, n = i / channels % q.rows, b = i / channels / q.rows;
      const T* row = dweight + ((b * heads + c / depth) * q.rows + n) * k.rows;
      T sum = 0;
      for (std::int64_t m = 0; m < k.rows; ++m) sum += row[m] * k.data[(b * k.rows + m) * k.stride + c];
      dq[(b * q.rows + n) * q.stride + c] = sum * scale;
    });
    Executor::for_each(batch * k.rows * channels, [=] VPR_HD(std::int64_t i) {
      const std::int64_t c = i % channels, m = i / channels % k.rows, b = i / channels / k.rows;
      const std::int64_t column = (b * heads + c / depth) * q.rows * k.rows + m;
      T key_sum = 0, value_sum = 0;
      for (std::int64_t n = 0; n < q.rows; ++n) {
        key_sum += dweight[column + n * k.rows] * q.data[(b * q.rows + n) * q.stride + c];
        value_sum += weight[column + n * k.rows] * upstream[(b * q.rows + n) * channels + c];
      }
      dk[(b * k.rows + m) * k.stride + c] = key_sum * scale;
      dv[(b * v.rows + m) * v.stride + c] = value_sum;
    });
  }
};

/// The kernels of this group that `Backend` asks for.
template <class B>
concept HasAttentionKernels = requires(const Tensor<B> x, Tensor<B> out, std::int64_t size, bool flag,
                                       AttentionOperand<typename B::value> operand) {
  B::attention(operand, operand, operand, size, out);
  B::rotary(x, x, size, flag, out);
};

/// And those that `DifferentiableBackend` asks for.
template <class B>
concept HasAttentionGradients = requires(const Tensor<B> x, std::int64_t size, typename B::value* gradient,
                                         AttentionOperand<typename B::value> operand) {
  B::attention_gradient(operand, operand, operand, size, x, gradient, gradient, gradient);
};

}  // namespace vpr
