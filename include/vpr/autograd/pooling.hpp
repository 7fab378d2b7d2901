// SPDX-License-Identifier: MIT
/// @file
/// Pooling of tokens, recorded.
#pragma once

#include <vpr/autograd/var.hpp>
#include <vpr/ops/pooling.hpp>

#include <type_traits>
#include <utility>

namespace vpr {

template <class B>
Var<B> gem(const Var<B>& x, const Var<B>& p, std::type_identity_t<typename B::value> eps) {
  Tensor<B> y = gem(x.value(), p.value(), eps);
  return Var<B>::record(y, {x, p}, [=](const Tensor<B>& dy) {
    Tensor<B> dx(x.shape()), dp(p.shape());
    B::gem_gradient(x.value(), p.value(), eps, y, dy, dx, dp);
    x.accumulate([&] { return std::move(dx); });
    p.accumulate([&] { return std::move(dp); });
  });
}

}  // namespace vpr
