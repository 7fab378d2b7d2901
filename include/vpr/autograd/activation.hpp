// SPDX-License-Identifier: MIT
/// @file
/// Functions of single elements, recorded.
#pragma once

#include <vpr/autograd/var.hpp>
#include <vpr/ops/activation.hpp>
#include <vpr/ops/arithmetic.hpp>

namespace vpr {

template <class B>
Var<B> gelu(const Var<B>& x) {
  return Var<B>::record(gelu(x.value()), {x}, [=](const Tensor<B>& dy) {
    x.accumulate([&] {
      Tensor<B> dx(x.shape());
      B::gelu_gradient(x.value(), dy, dx);
      return dx;
    });
  });
}

template <class B>
Var<B> quick_gelu(const Var<B>& x) {
  return Var<B>::record(quick_gelu(x.value()), {x}, [=](const Tensor<B>& dy) {
    x.accumulate([&] {
      Tensor<B> dx(x.shape());
      B::quick_gelu_gradient(x.value(), dy, dx);
      return dx;
    });
  });
}

template <class B>
Var<B> exp(const Var<B>& x) {
  Tensor<B> y = exp(x.value());
  return Var<B>::record(y, {x}, [=](const Tensor<B>& dy) { x.accumulate([&] { return multiply(dy, y); }); });
}

}  // namespace vpr
