// SPDX-License-Identifier: MIT
/// @file
/// Recorded windows over maps; see `ops/maps.hpp`. Each of the two ops is the other's gradient.
#pragma once

#include <vpr/autograd/var.hpp>
#include <vpr/ops/maps.hpp>

namespace vpr {

template <class B>
Var<B> windows(const Var<B>& x, Grid map, Window window) {
  return Var<B>::record(windows(x.value(), map, window), {x}, [=](const Tensor<B>& dy) { x.accumulate([&] { return fold(dy, map, window); }); });
}

template <class B>
Var<B> fold(const Var<B>& x, Grid map, Window window) {
  return Var<B>::record(fold(x.value(), map, window), {x}, [=](const Tensor<B>& dy) { x.accumulate([&] { return windows(dy, map, window); }); });
}

}  // namespace vpr
