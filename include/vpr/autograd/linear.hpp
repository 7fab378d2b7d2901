// SPDX-License-Identifier: MIT
/// @file
/// Products with a learned matrix, recorded.
#pragma once

#include <vpr/autograd/activation.hpp>
#include <vpr/autograd/arithmetic.hpp>
#include <vpr/autograd/detail.hpp>
#include <vpr/autograd/recorded_weight.hpp>
#include <vpr/ops/linear.hpp>

#include <concepts>
#include <span>
#include <utility>

namespace vpr {
namespace detail {

/// Calls `use(matrix)` with what a weight is held in.
template <class B, class Packed, class Use>
auto with_matrix(const RecordedWeight<B, Packed>& weight, const Use& use) {
  return weight.packed() != nullptr ? use(*weight.packed()) : use(weight.value());
}
template <class B, class Use>
auto with_matrix(const Var<B>& weight, const Use& use) {
  return use(weight.value());
}

/// The matrix itself, for gradients.
template <class B>
const Tensor<B>& plain(const Tensor<B>& matrix) {
  return matrix;
}
template <class B, LinearWeight W>
requires(!std::same_as<W, Tensor<B>>) Tensor<B> plain(const W& packed) {
  return Tensor<B>::from(packed.shape(), std::span<const float>(packed.to_vector()));
}

/// What is recorded of `linear`: the product, and its gradients by x and by the matrix. A plain matrix is multiplied in `precision`.
template <class B>
struct LinearProduct {
  Precision precision = Precision::f32;

  template <class W>
  Tensor<B> operator()(const Tensor<B>& x, const W& matrix, Epilogue<Tensor<B>> epilogue) const {
    if constexpr (RoundsProducts<B> && std::same_as<W, Tensor<B>>) return linear(x, matrix, std::move(epilogue), precision);
    return linear(x, matrix, std::move(epilogue));
  }
  Tensor<B> gradient(const Shape& x, const Tensor<B>& matrix, const Tensor<B>& dy) const {
    Tensor<B> dx(x);
    if constexpr (RoundsProducts<B>) {
      B::linear_gradient(matrix, dy, dx, precision);
    } else {
      B::linear_gradient(matrix, dy, dx);
    }
    return dx;
  }
  Tensor<B> weight_gradient(const Tensor<B>& x, const Shape& matrix, const Tensor<B>& dy) const {
    Tensor<B> dweight(matrix);
    if constexpr (RoundsProducts<B>) {
      B::linear_weight_gradient(x, dy, dweight, precision);
    } else {
      B::linear_weight_gradient(x, dy, dweight);
    }
    return dweight;
  }
};

/// The product and its bias, and ReLU or ReLU6 where it is wanted: its gradient needs the result, which else is not kept.
template <class B, class W, class Product>
Var<B> recorded_product(const Product& product, const Var<B>& x, const W& weight, const Var<B>& bias, Activation activation) {
  Tensor<B> value = with_matrix(weight, [&](const auto& matrix) {
    return product(x.value(), matrix, Epilogue<Tensor<B>>{.bias = &bias.value(), .activation = activation});
  });
  const auto propagate = [product, x = x.with_value_if(weight.needs_gradient()), weight, bias](const Tensor<B>& dy) {
    x.accumulate(
        [&] { return with_matrix(weight, [&](const auto& matrix) { return product.gradient(x.shape(), plain<B>(matrix), dy); }); });
    weight.accumulate([&] { return product.weight_gradient(x.value(), weight.shape(), dy); });
    if (!bias.empty()) bias.accumulate([&] { return summed_to(bias.shape(), dy); });
  };
  if (activation == Activation::none) return Var<B>::record(std::move(value), {x, weight, bias}, propagate);
  return Var<B>::record(std::move(value), {x, weight, bias}, [propagate, activation](Tensor<B> dy, const Tensor<B>& y) {
    if (activation == Activation::relu6) {
      B::relu6_gradient(y, dy, dy);
    } else {
      B::relu_gradient(y, dy, dy);
    }
    propagate(dy);
  });
}

template <class B, class W, class Product = LinearProduct<B>>
Var<B> recorded_linear(const Var<B>& x, const W& weight, Epilogue<Var<B>> epilogue, const Product& product = {}) {
  const Var<B> none, &bias = epilogue.bias == nullptr ? none : *epilogue.bias, &gate = epilogue.gate == nullptr ? none : *epilogue.gate;
  if (!Var<B>::records({x, weight, bias, gate, epilogue.residual ? *epilogue.residual : none})) {
    Epilogue<Tensor<B>> values{&bias.value(), epilogue.activation, &gate.value(), epilogue.scale, {}, epilogue.relu_of_sum};
    if (epilogue.residual) values.residual = epilogue.residual->take();
    return with_matrix(weight, [&](const auto& matrix) { return Var<B>(product(x.value(), matrix, std::move(values))); });
  }
  if (std::exchange(epilogue.relu_of_sum, false)) return relu(recorded_linear(x, weight, std::move(epilogue), product));
  const bool by_result = epilogue.activation == Activation::relu || epilogue.activation == Activation::relu6;
  Var<B> y = recorded_product(product, x, weight, bias, by_result ? epilogue.activation : Activation::none);
  if (epilogue.activation == Activation::gelu) y = gelu(std::move(y));
  if (epilogue.activation == Activation::quick_gelu) y = quick_gelu(y);
  if (!gate.empty()) {
    if (epilogue.residual && epilogue.scale == 1) return add_gated(std::move(*epilogue.residual), y, gate);
    y = multiply(y, gate);
  }
  if (epilogue.residual) return add_scaled(std::move(*epilogue.residual), y, epilogue.scale);
  return epilogue.scale == 1 ? y : multiply(y, Var<B>(Tensor<B>::full(Shape{1}, epilogue.scale)));
}

}  // namespace detail

/// As without recording; where it is recorded, what follows the product is computed op by op.
template <class B>
Var<B> linear(const Var<B>& x, const Var<B>& weight, Epilogue<Var<B>> epilogue = {}) {
  return detail::recorded_linear(x, weight, std::move(epilogue));
}
template <class B>
Var<B> linear(const Var<B>& x, const RecordedWeight<B>& weight, Epilogue<Var<B>> epilogue = {}) {
  return detail::recorded_linear(x, weight, std::move(epilogue), detail::LinearProduct<B>{weight.precision()});
}

template <class B>
Var<B> linear(const Var<B>& x, const Var<B>& weight, const Var<B>& bias) {
  return detail::recorded_linear(x, weight, Epilogue<Var<B>>{.bias = &bias});
}
template <class B>
Var<B> linear(const Var<B>& x, const RecordedWeight<B>& weight, const Var<B>& bias) {
  return linear(x, weight, Epilogue<Var<B>>{.bias = &bias});
}

}  // namespace vpr
