// SPDX-License-Identifier: MIT
/// @file
/// What the gradients of several ops share.
#pragma once

#include <vpr/autograd/var.hpp>

namespace vpr::detail {

/// dy, or dy ∘ factor, summed over the leading axes that a tensor of `shape` was repeated over.
template <class B>
Tensor<B> summed_to(const Shape& shape, const Tensor<B>& dy, const Tensor<B>& factor = {}) {
  Tensor<B> out(shape);
  if (!out.empty()) B::column_sums(dy, factor, out);
  return out;
}

}  // namespace vpr::detail
