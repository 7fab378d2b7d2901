// SPDX-License-Identifier: MIT
/// @file
/// Products with a learned matrix, recorded.
#pragma once

#include <vpr/autograd/activation.hpp>
#include <vpr/autograd/detail.hpp>
#include <vpr/ops/linear.hpp>

namespace vpr {

template <class B>
Var<B> linear(const Var<B>& x, const Var<B>& weight, const Var<B>& bias) {
  return Var<B>::record(linear(x.value(), weight.value(), bias.value()), {x, weight, bias}, [=](const Tensor<B>& dy) {
    const Tensor<B> rows = detail::rows_of(dy);
    const Shape matrix{weight.shape()[0], x.shape().last()};
    x.accumulate([&] { return detail::matmul(rows, false, weight.value().reshaped(matrix), false).reshaped(x.shape()); });
    weight.accumulate([&] { return detail::matmul(rows, true, detail::rows_of(x.value()), false).reshaped(weight.shape()); });
    if (!bias.empty()) bias.accumulate([&] { return detail::summed_to(bias.shape(), dy); });
  });
}

template <class B>
Var<B> linear_gelu(const Var<B>& x, const Var<B>& weight, const Var<B>& bias) {
  return gelu(linear(x, weight, bias));
}

}  // namespace vpr
