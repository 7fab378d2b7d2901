// SPDX-License-Identifier: MIT
/// @file
/// The parts of a sequence of tokens.
#pragma once

#include <vpr/backbone/block.hpp>
#include <vpr/ops/layout.hpp>

namespace vpr::adapter {

/// The class and register tokens of `B×T×C`.
template <TensorLike X>
X leading_of(const X& tokens, const TokenLayout& layout) {
  return slice(tokens, 1, 0, layout.leading);
}

/// The patches of `B×T×C`, a map of the grid's size.
template <TensorLike X>
X patches_of(const X& tokens, const TokenLayout& layout) {
  return slice(tokens, 1, layout.leading, tokens.shape()[1]);
}

}  // namespace vpr::adapter
