// SPDX-License-Identifier: MIT
/// @file
/// Functions of single elements, recorded.
#pragma once

#include <vpr/autograd/var.hpp>
#include <vpr/ops/activation.hpp>
#include <vpr/ops/arithmetic.hpp>

#include <utility>

namespace vpr {

template <class B>
Var<B> relu(Var<B> x) {
  Tensor<B> y = relu(x.take());
  return Var<B>::record(std::move(y), {x}, [x](Tensor<B> dy, const Tensor<B>& value) {
    B::relu_gradient(value, dy, dy);
    x.accumulate([&] { return std::move(dy); });
  });
}

template <class B>
Var<B> relu6(Var<B> x) {
  Tensor<B> y = relu6(x.take());
  return Var<B>::record(std::move(y), {x}, [x](Tensor<B> dy, const Tensor<B>& value) {
    B::relu6_gradient(value, dy, dy);
    x.accumulate([&] { return std::move(dy); });
  });
}

template <class B>
Var<B> gelu(Var<B> x) {
  if (!Var<B>::records({x})) return Var<B>(gelu(x.take()));
  return Var<B>::record(gelu(x.value()), {x}, [x](Tensor<B> dy) {
    B::gelu_gradient(x.value(), dy, dy);
    x.accumulate([&] { return std::move(dy); });
  });
}

template <class B>
Var<B> quick_gelu(const Var<B>& x) {
  return Var<B>::record(quick_gelu(x.value()), {x}, [x](Tensor<B> dy) {
    B::quick_gelu_gradient(x.value(), dy, dy);
    x.accumulate([&] { return std::move(dy); });
  });
}

template <class B>
Var<B> exp(Var<B> x) {
  Tensor<B> y = exp(x.take());
  return Var<B>::record(std::move(y), {x},
                        [x](Tensor<B> dy, const Tensor<B>& value) { x.accumulate([&] { return multiply(std::move(dy), value); }); });
}

template <class B>
Var<B> sign(Var<B> x) {
  Tensor<B> y = sign(x.take());
  return Var<B>::record(std::move(y), {x}, [x](Tensor<B> dy) { x.accumulate([&] { return std::move(dy); }); });
}

template <class B>
Var<B> silu_gate(const Var<B>& x) {
  return Var<B>::record(silu_gate(x.value()), {x}, [x](const Tensor<B>& dy) {
    x.accumulate([&] {
      Tensor<B> dx(x.shape());
      B::silu_gate_gradient(x.value(), dy, dx);
      return dx;
    });
  });
}

}  // namespace vpr
