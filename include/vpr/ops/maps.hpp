// SPDX-License-Identifier: MIT
/// @file
/// Sliding windows over maps of tokens, of which convolutions are made.
#pragma once

#include <vpr/backend/window.hpp>
#include <vpr/core/tensor.hpp>

namespace vpr {

/// What the window sees at each of its positions: the map `B×(H·W)×C` of `map`'s size gives `B×positions×(C · kernel · kernel)`, with
/// zeros outside the map. `linear` of it with a weight `O×C×kernel×kernel` is the convolution.
/// @throws ShapeError  if x has not the map's tokens; ConfigError for a window that cannot be.
template <class B>
Tensor<B> windows(const Tensor<B>& x, Grid map, Window window) {
  window.validate();
  const Shape& shape = x.shape();
  require<ShapeError>(shape.rank() == 3 && shape[1] == map.patches(), "windows: got x ", shape, " for a map of ", map.height, "x", map.width);
  Tensor<B> out(Shape{shape[0], window.positions(map).patches(), shape[2] * window.cells()});
  if (!out.empty()) B::windows(x, map, window, out);
  return out;
}

/// The reverse: each cell of a map is the sum of what x `B×positions×(C · kernel · kernel)` holds for it; gives `B×(H·W)×C`. Of a
/// product with a weight `I×(O·kernel·kernel)` it makes the transposed convolution.
/// @throws ShapeError  if x does not fit the window's positions on the map; ConfigError for a window that cannot be.
template <class B>
Tensor<B> fold(const Tensor<B>& x, Grid map, Window window) {
  window.validate();
  const Shape& shape = x.shape();
  require<ShapeError>(shape.rank() == 3 && shape[1] == window.positions(map).patches() && shape[2] % window.cells() == 0, "fold: got x ", shape,
                      " for a map of ", map.height, "x", map.width, " with ", window.positions(map).patches(), " positions of ", window.cells(), " cells");
  Tensor<B> out(Shape{shape[0], map.patches(), shape[2] / window.cells()});
  if (!out.empty()) B::fold(x, map, window, out);
  return out;
}

}  // namespace vpr
