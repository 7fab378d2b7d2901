// SPDX-License-Identifier: MIT
/// @file
/// Small types that kernels take: an activation to fuse, an operand of attention, the numbers of an optimiser's step.
#pragma once

#include <vpr/backend/device.hpp>
#include <vpr/core/finite.hpp>

#include <cmath>
#include <cstdint>
#include <cstring>

namespace vpr {

/// A function of one element that `linear` may apply to its product.
enum class Activation { none, relu, relu6, gelu, quick_gelu };

/// One operand of attention inside a larger tensor: row n of image b starts at `data + (b * rows + n) * stride`; head h
/// takes the columns [h * depth, (h + 1) * depth) of it.
template <class T>
struct AttentionOperand {
  const T* data;
  std::int64_t rows;
  std::int64_t stride;
};

/// One step of stochastic gradient descent, in numbers.
template <class T>
struct SgdStep {
  T rate;
  T weight_decay;  // this much of the parameter is added to its gradient
  T momentum;      // this much of the velocity stays
  T share;         // this much of the gradient is added to it
  bool nesterov;   // whether the parameter moves by where the velocity will be
};

/// The factors of one step of Adam.
template <class T>
struct AdamStep {
  T rate;          // the learning rate / (1 − β₁ᵗ)
  T weight_decay;  // this much of the parameter is added to its gradient
  T decay;         // the parameter is first multiplied by this: 1; with decoupled weight decay 1 − rate · weight decay
  T mean_share;    // 1 − β₁
  T beta2;
  T square_share;  // 1 − β₂
  T correction;    // √(1 − β₂ᵗ)
  T eps;
};

namespace detail {

/// `is_nan` for kernels: a device calls no constexpr function of the host.
template <class T>
VPR_HD bool holds_nan(const T& x) {
  typename Magnitude<T>::Bits bits;
  std::memcpy(&bits, &x, sizeof bits);
  return (bits << 1) > (Magnitude<T>::infinity << 1);
}

/// The larger of x and `least`; a NaN stays one.
template <class T>
VPR_HD T clamped(T x, T least) {
  return x < least ? least : x;
}

/// min(max(x, 0), 6); a NaN stays one.
template <class T>
VPR_HD T relu6_value(T x) {
  return x > T(6) ? T(6) : clamped(x, T(0));
}

/// x Φ(x), Φ the normal distribution function (Hendrycks and Gimpel 2016; the exact form, not the tanh one).
template <class T>
VPR_HD T gelu_value(T x) {
  return T(0.5) * x * (T(1) + std::erf(x * T(0.70710678118654752440)));
}

template <class T>
VPR_HD T gelu_derivative(T x) {
  const T cdf = T(0.5) * (T(1) + std::erf(x * T(0.70710678118654752440)));
  const T pdf = T(0.39894228040143267794) * std::exp(T(-0.5) * x * x);
  return cdf + x * pdf;
}

/// x · sigmoid(1.702 x).
template <class T>
VPR_HD T quick_gelu_value(T x) {
  return x / (T(1) + std::exp(T(-1.702) * x));
}

template <class T>
VPR_HD T activate(Activation activation, T x) {
  if (activation == Activation::relu) return clamped(x, T(0));
  if (activation == Activation::relu6) return relu6_value(x);
  if (activation == Activation::quick_gelu) return quick_gelu_value(x);
  return activation == Activation::gelu ? gelu_value(x) : x;
}

}  // namespace detail

/// What follows a product in the same kernel, element by element: residual + scale · gate · activation(product + bias), or ReLU of that. Bias and
/// gate have a number a column, the residual one an element and may be the result itself; a null pointer is none.
template <class T>
struct EpilogueOperands {
  const T* bias = nullptr;
  Activation activation = Activation::none;
  const T* gate = nullptr;
  T scale = 1;
  const T* residual = nullptr;
  bool relu_of_sum = false;

  /// The result at `element`, which is in that column.
  VPR_HD T operator()(T product, std::int64_t element, std::int64_t column) const {
    T y = detail::activate(activation, bias == nullptr ? product : product + bias[column]) * scale;
    if (gate != nullptr) y *= gate[column];
    if (residual != nullptr) y += residual[element];
    return relu_of_sum ? detail::clamped(y, T(0)) : y;
  }
  /// Whether the product itself is the result.
  bool empty() const {
    return bias == nullptr && activation == Activation::none && gate == nullptr && scale == T(1) && residual == nullptr && !relu_of_sum;
  }
};
}  // namespace vpr
