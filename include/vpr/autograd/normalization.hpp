// SPDX-License-Identifier: MIT
/// @file
/// Normalisations of rows, recorded.
#pragma once

#include <vpr/autograd/var.hpp>
#include <vpr/ops/normalization.hpp>

#include <type_traits>

namespace vpr {

template <class B>
Var<B> l2_normalize(const Var<B>& x, std::type_identity_t<typename B::value> eps = typename B::value(1e-12)) {
  Tensor<B> y = l2_normalize(x.value(), eps);
  return Var<B>::record(y, {x}, [=](const Tensor<B>& dy) {
    x.accumulate([&] {
      Tensor<B> dx(x.shape());
      B::l2_normalize_gradient(x.value(), eps, y, dy, dx);
      return dx;
    });
  });
}

}  // namespace vpr
