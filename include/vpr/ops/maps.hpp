// SPDX-License-Identifier: MIT
/// @file
/// Sliding windows over maps of tokens, of which convolutions and poolings are made.
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
  VPR_REQUIRE(ShapeError, shape.rank() == 3 && shape[1] == map.patches(), "windows: got x ", shape, " for a map of ", map.height, "x",
              map.width);
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
  VPR_REQUIRE(ShapeError, shape.rank() == 3 && shape[1] == window.positions(map).patches() && shape[2] % window.cells() == 0,
              "fold: got x ", shape, " for a map of ", map.height, "x", map.width, " with ", window.positions(map).patches(),
              " positions of ", window.cells(), " cells");
  Tensor<B> out(Shape{shape[0], map.patches(), shape[2] / window.cells()});
  if (!out.empty()) B::fold(x, map, window, out);
  return out;
}

/// The largest number of each channel that the window sees at each of its positions: the map `B×(H·W)×C` gives `B×positions×C`, as
/// `torch.nn.MaxPool2d` does. What lies outside the map is not seen; a NaN stays one. Of equal numbers the first gets the gradient.
/// @throws ShapeError  if x has not the map's tokens; ConfigError for a window that cannot be, or one whose padding is more than half of its side.
template <class B>
Tensor<B> max_pool(const Tensor<B>& x, Grid map, Window window) {
  window.validate();
  VPR_REQUIRE(ConfigError, 2 * window.padding <= window.kernel, "max_pool: got a kernel of ", window.kernel, " and a padding of ",
              window.padding, "; some positions would see nothing of the map");
  const Shape& shape = x.shape();
  VPR_REQUIRE(ShapeError, shape.rank() == 3 && shape[1] == map.patches(), "max_pool: got x ", shape, " for a map of ", map.height, "x",
              map.width);
  Tensor<B> out(Shape{shape[0], window.positions(map).patches(), shape[2]});
  if (!out.empty()) B::max_pool(x, map, window, out);
  return out;
}

}  // namespace vpr
