// SPDX-License-Identifier: MIT
/// @file
/// Recorded moves of elements; see `ops/layout.hpp`.
#pragma once

#include <vpr/autograd/var.hpp>
#include <vpr/ops/layout.hpp>

namespace vpr {

template <class B>
Var<B> transpose(const Var<B>& x, std::size_t axis) {
  return Var<B>::record(transpose(x.value(), axis), {x}, [=](const Tensor<B>& dy) { x.accumulate([&] { return transpose(dy, axis); }); });
}

}  // namespace vpr
