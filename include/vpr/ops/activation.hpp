// SPDX-License-Identifier: MIT
/// @file
/// Functions of single elements. They take their tensor by value: move it in and it is overwritten, not copied.
#pragma once

#include <vpr/core/tensor.hpp>

namespace vpr {

/// x Φ(x) with the normal distribution function Φ: the exact GELU, not its tanh approximation (Hendrycks and Gimpel 2016).
template <class B>
Tensor<B> gelu(Tensor<B> x) {
  B::gelu(x, x);
  return x;
}

/// x · sigmoid(1.702 x): what CLIP and Convpass take for a GELU (Hendrycks and Gimpel 2016).
template <class B>
Tensor<B> quick_gelu(Tensor<B> x) {
  B::quick_gelu(x, x);
  return x;
}

template <class B>
Tensor<B> exp(Tensor<B> x) {
  B::exp(x, x);
  return x;
}

/// max(x, 0).
template <class B>
Tensor<B> relu(Tensor<B> x) {
  B::relu(x, x);
  return x;
}

/// min(max(x, 0), 6) (Krizhevsky 2010), MobileNets' activation. Recorded, the gradient is 0 at both bounds and beyond them, as in PyTorch.
template <class B>
Tensor<B> relu6(Tensor<B> x) {
  B::relu6(x, x);
  return x;
}

/// 1 where x is not below 0, -1 where it is. Recorded, the gradient passes straight through, as if it were x (Bengio et al. 2013).
template <class B>
Tensor<B> sign(Tensor<B> x) {
  B::sign(x, x);
  return x;
}

/// SwiGLU's gate: `…×2C` gives `…×C`, silu of the first half times the second (Shazeer 2020).
/// @throws ShapeError  if the last extent is odd.
template <class B>
Tensor<B> silu_gate(const Tensor<B>& x) {
  VPR_REQUIRE(ShapeError, x.shape().rank() >= 1 && x.shape().last() % 2 == 0, "silu_gate: got x ", x.shape(), ", want an even last extent");
  Tensor<B> out(x.shape().with(x.shape().rank() - 1, x.shape().last() / 2));
  B::silu_gate(x, out);
  return out;
}

}  // namespace vpr
