// SPDX-License-Identifier: MIT
/// @file
/// Memory for time in training: a part of a network that is computed twice.
#pragma once

#include <vpr/core/tensor.hpp>

#include <utility>

namespace vpr {

/// f(x). Over `Var`, where f is recorded, its intermediate results are not kept but computed again by `backward`.
template <class B, class F>
Tensor<B> checkpoint(const F& f, Tensor<B> x) {
  return f(std::move(x));
}

}  // namespace vpr
