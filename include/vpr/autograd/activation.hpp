// SPDX-License-Identifier: MIT
/// @file
/// Functions of single elements, recorded.
#pragma once

#include <vpr/autograd/var.hpp>
#include <vpr/ops/activation.hpp>

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

}  // namespace vpr
