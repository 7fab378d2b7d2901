// SPDX-License-Identifier: MIT
/// @file
/// Products with a learned matrix, recorded.
#pragma once

#include <vpr/autograd/activation.hpp>
#include <vpr/autograd/arithmetic.hpp>
#include <vpr/autograd/detail.hpp>
#include <vpr/ops/linear.hpp>

#include <utility>

namespace vpr {
namespace detail {

/// x Wᵀ + b, and ReLU where it is wanted, whose gradient needs the result alone.
template <class B>
Var<B> recorded_product(const Var<B>& x, const Var<B>& weight, const Var<B>& bias, Activation activation) {
  return Var<B>::record(linear(x.value(), weight.value(), {.bias = &bias.value(), .activation = activation}), {x, weight, bias},
                        [x = x.with_value_if(weight.needs_gradient()), weight, bias, activation](Tensor<B> dy, const Tensor<B>& y) {
                          if (activation == Activation::relu) B::relu_gradient(y, dy, dy);
                          x.accumulate([&] {
                            Tensor<B> dx(x.shape());
                            B::linear_gradient(weight.value(), dy, dx);
                            return dx;
                          });
                          weight.accumulate([&] {
                            Tensor<B> dweight(weight.shape());
                            B::linear_weight_gradient(x.value(), dy, dweight);
                            return dweight;
                          });
                          if (!bias.empty()) bias.accumulate([&] { return summed_to(bias.shape(), dy); });
                        });
}

}  // namespace detail

/// As without recording; where it is recorded, what follows the product is computed op by op.
template <class B>
Var<B> linear(const Var<B>& x, const Var<B>& weight, Epilogue<Var<B>> epilogue = {}) {
  const Var<B> none, &bias = epilogue.bias == nullptr ? none : *epilogue.bias, &gate = epilogue.gate == nullptr ? none : *epilogue.gate;
  if (!Var<B>::records({x, weight, bias, gate, epilogue.residual ? *epilogue.residual : none})) {
    Epilogue<Tensor<B>> values{&bias.value(), epilogue.activation, &gate.value(), epilogue.scale, {}};
    if (epilogue.residual) values.residual = epilogue.residual->take();
    return Var<B>(linear(x.value(), weight.value(), std::move(values)));
  }
  const bool relu = epilogue.activation == Activation::relu;
  Var<B> y = detail::recorded_product(x, weight, bias, relu ? Activation::relu : Activation::none);
  if (epilogue.activation == Activation::gelu) y = gelu(std::move(y));
  if (epilogue.activation == Activation::quick_gelu) y = quick_gelu(y);
  if (!gate.empty()) {
    if (epilogue.residual && epilogue.scale == 1) return add_gated(std::move(*epilogue.residual), y, gate);
    y = multiply(y, gate);
  }
  if (epilogue.residual) return add_scaled(std::move(*epilogue.residual), y, epilogue.scale);
  return epilogue.scale == 1 ? y : multiply(y, Var<B>(Tensor<B>::full(Shape{1}, epilogue.scale)));
}

template <class B>
Var<B> linear(const Var<B>& x, const Var<B>& weight, const Var<B>& bias) {
  return linear(x, weight, Epilogue<Var<B>>{.bias = &bias});
}

}  // namespace vpr
