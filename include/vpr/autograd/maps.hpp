// SPDX-License-Identifier: MIT
/// @file
/// Recorded windows over maps; see `ops/maps.hpp`.
#pragma once

#include <vpr/autograd/var.hpp>
#include <vpr/ops/maps.hpp>

namespace vpr {

// Windows and fold are each other's gradient.
template <class B>
Var<B> windows(const Var<B>& x, Grid map, Window window) {
  return Var<B>::record(windows(x.value(), map, window), {x}, [x = x.with_value_if(false), map, window](const Tensor<B>& dy) {
    x.accumulate([&] { return fold(dy, map, window); });
  });
}

template <class B>
Var<B> fold(const Var<B>& x, Grid map, Window window) {
  return Var<B>::record(fold(x.value(), map, window), {x}, [x = x.with_value_if(false), map, window](const Tensor<B>& dy) {
    x.accumulate([&] { return windows(dy, map, window); });
  });
}

template <class B>
Var<B> max_pool(const Var<B>& x, Grid map, Window window) {
  return Var<B>::record(max_pool(x.value(), map, window), {x}, [=](const Tensor<B>& dy) {
    x.accumulate([&] {
      Tensor<B> dx = Tensor<B>::zeros(x.shape());
      if (!dy.empty()) B::max_pool_gradient(x.value(), map, window, dy, dx);
      return dx;
    });
  });
}

}  // namespace vpr
