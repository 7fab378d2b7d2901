// SPDX-License-Identifier: MIT
/// @file
/// What follows a product, given with it.
#pragma once

#include <vpr/backend/kernel.hpp>
#include <vpr/core/tensor.hpp>

#include <optional>

namespace vpr {

/// What `linear` makes of its product x Wᵀ before it leaves the registers: residual + scale · gate ∘ activation(x Wᵀ + bias). All of it
/// may be left out: `linear(x, weight, {.bias = &bias, .activation = Activation::relu})`. It points at the bias and the gate; the residual
/// is overwritten by the result where it is moved in, and copied else.
template <class X>
struct Epilogue {
  const X* bias = nullptr;  ///< O; an empty one is none
  Activation activation = Activation::none;
  const X* gate = nullptr;           ///< O: a layer's scale, a factor a channel
  typename X::value_type scale = 1;  ///< an adapter's scale
  std::optional<X> residual = {};    ///< `…×O`, as the result: what the rest is added to
  bool relu_of_sum = false;          ///< ReLU of the whole, with which a ResNet's block ends
};

}  // namespace vpr
