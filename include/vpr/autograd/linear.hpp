// SPDX-License-Identifier: MIT
/// @file
/// Products with a learned matrix, recorded.
#pragma once

#include <vpr/autograd/activation.hpp>
#include <vpr/autograd/detail.hpp>
#include <vpr/ops/linear.hpp>

#include <utility>

namespace vpr {

namespace detail {

template <class B>
void linear_gradient(const Var<B>& x, const Var<B>& weight, const Var<B>& bias, const Tensor<B>& dy) {
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
}

}  // namespace detail

template <class B>
Var<B> linear(const Var<B>& x, const Var<B>& weight, const Var<B>& bias) {
  return Var<B>::record(
      linear(x.value(), weight.value(), bias.value()), {x, weight, bias},
      [x = x.with_value_if(weight.needs_gradient()), weight, bias](const Tensor<B>& dy) { detail::linear_gradient(x, weight, bias, dy); });
}

template <class B>
Var<B> linear_gelu(const Var<B>& x, const Var<B>& weight, const Var<B>& bias) {
  if (!Var<B>::records({x, weight, bias})) return Var<B>(linear_gelu(x.value(), weight.value(), bias.value()));
  return gelu(linear(x, weight, bias));
}

template <class B>
Var<B> linear_relu(const Var<B>& x, const Var<B>& weight, const Var<B>& bias) {
  return Var<B>::record(linear_relu(x.value(), weight.value(), bias.value()), {x, weight, bias},
                        [x = x.with_value_if(weight.needs_gradient()), weight, bias](Tensor<B> dy, const Tensor<B>& y) {
                          B::relu_gradient(y, dy, dy);
                          detail::linear_gradient(x, weight, bias, dy);
                        });
}

}  // namespace vpr
