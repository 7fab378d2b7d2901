// SPDX-License-Identifier: MIT
/// @file
/// Convolutions of maps of tokens.
#pragma once

#include <vpr/backend/window.hpp>
#include <vpr/ops/linear.hpp>

#include <utility>

namespace vpr {
namespace detail {

/// The result's shape.
inline Shape convolved(const Shape& x, Grid map, vpr::Window window, const Shape& weight) {
  window.validate();
  VPR_REQUIRE(ShapeError, x.rank() == 3 && x[1] == map.patches(), "convolution: got x ", x, " for a map of ", map.height, "x", map.width);
  VPR_REQUIRE(ShapeError,
              weight.rank() == 4 && weight[2] == window.kernel && weight[3] == window.kernel && weight[1] > 0 && x[2] % weight[1] == 0 &&
                  x[2] >= weight[1] && weight[0] % (x[2] / weight[1]) == 0,
              "convolution: got x ", x, " and weight ", weight, ", want a weight [outputs, inputs of a group, ", window.kernel, ", ",
              window.kernel, "] of groups that make up the ", x[2], " channels");
  return Shape{x[0], window.positions(map).patches(), weight[0]};
}

}  // namespace detail

/// The convolution of a map `B×(H·W)×C` by a weight O×(C/groups)×k×k as `torch.nn.Conv2d` has it, and what `epilogue` makes of it:
/// `B×positions×O`. The groups follow from the channels that the weight sees; a group a channel is a depthwise convolution. The weight is the
/// backend's `convolution_weight` or a plain tensor.
/// @throws ShapeError  if x has not the map's tokens or the extents do not fit; ConfigError for a window that cannot be.
template <class B, LinearWeight W>
Tensor<B> convolution(const Tensor<B>& x, Grid map, Window window, const W& weight, Epilogue<Tensor<B>> epilogue = {}) {
  return detail::with_epilogue<B>("convolution", detail::convolved(x.shape(), map, window, weight.shape()), std::move(epilogue),
                                  [&](const auto& operands, Tensor<B>& out) {
                                    if (!out.empty()) B::convolution(x, map, window, weight, operands, out);
                                  });
}

}  // namespace vpr
