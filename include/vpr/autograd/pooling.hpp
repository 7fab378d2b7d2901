// SPDX-License-Identifier: MIT
/// @file
/// Pooling of tokens, recorded.
#pragma once

#include <vpr/autograd/var.hpp>
#include <vpr/ops/pooling.hpp>

#include <type_traits>

namespace vpr {

template <class B>
Var<B> gem(const Var<B>& x, const Var<B>& p, std::type_identity_t<typename B::value> eps) {
  return Var<B>::record(gem(x.value(), p.value(), eps), {x, p}, [x, p, eps](const Tensor<B>& dy, const Tensor<B>& y) {
    x.accumulate([&] {
      Tensor<B> dx(x.shape());
      B::gem_gradient(x.value(), p.value(), eps, y, dy, dx);
      return dx;
    });
    p.accumulate([&] {
      Tensor<B> dp(p.shape());
      B::gem_power_gradient(x.value(), p.value(), eps, y, dy, dp);
      return dp;
    });
  });
}

template <class B>
Var<B> mean(const Var<B>& x) {
  return Var<B>::record(mean(x.value()), {x}, [x = x.with_value_if(false)](const Tensor<B>& dy) {
    x.accumulate([&] {
      Tensor<B> dx(x.shape());
      B::mean_gradient(dy, dx);
      return dx;
    });
  });
}

}  // namespace vpr
