// SPDX-License-Identifier: MIT
/// @file
/// Recorded convolutions of maps; see `ops/convolution.hpp`.
#pragma once

#include <vpr/autograd/linear.hpp>
#include <vpr/ops/convolution.hpp>
#include <vpr/ops/layout.hpp>
#include <vpr/ops/maps.hpp>

#include <utility>

namespace vpr {
namespace detail {

/// What is recorded of `convolution`. Its gradients are those of the product of the windows; nothing of these is kept.
template <class B>
struct ConvolutionProduct {
  Grid map;
  vpr::Window window;

  template <class W>
  Tensor<B> operator()(const Tensor<B>& x, const W& weight, Epilogue<Tensor<B>> epilogue) const {
    return convolution(x, map, window, weight, std::move(epilogue));
  }
  Tensor<B> gradient(const Shape& x, const Tensor<B>& weight, const Tensor<B>& dy) const {
    const std::int64_t groups = x[2] / weight.shape()[1], columns = weight.shape()[1] * window.cells();
    if (is_product(groups)) return LinearProduct<B>().gradient(x, weight, dy);
    Tensor<B> seen(Shape{x[0], dy.shape()[1], groups * columns});
    each_group(groups, weight.shape()[0], [&](std::int64_t group, std::int64_t begin, std::int64_t end) {
      if (groups == 1) return B::linear_gradient(weight, dy, seen);
      Tensor<B> part(seen.shape().with(2, columns));
      B::linear_gradient(slice(weight, 0, begin, end), slice(dy, 2, begin, end), part);
      B::insert(part, 2, group * columns, seen);
    });
    return fold(seen, map, window);
  }
  Tensor<B> weight_gradient(const Tensor<B>& x, const Shape& weight, const Tensor<B>& dy) const {
    const std::int64_t groups = x.shape()[2] / weight[1], columns = weight[1] * window.cells();
    if (is_product(groups)) return LinearProduct<B>().weight_gradient(x, weight, dy);
    const Tensor<B> seen = windows(x, map, window);
    Tensor<B> dweight(weight);
    each_group(groups, weight[0], [&](std::int64_t group, std::int64_t begin, std::int64_t end) {
      if (groups == 1) return B::linear_weight_gradient(seen, dy, dweight);
      Tensor<B> part(weight.with(0, end - begin));
      B::linear_weight_gradient(slice(seen, 2, group * columns, (group + 1) * columns), slice(dy, 2, begin, end), part);
      B::insert(part, 0, begin, dweight);
    });
    return dweight;
  }

 private:
  bool is_product(std::int64_t groups) const { return groups == 1 && window.is_pointwise(); }

  template <class Body>
  static void each_group(std::int64_t groups, std::int64_t outputs, const Body& body) {
    for (std::int64_t group = 0; group < groups; ++group) body(group, group * (outputs / groups), (group + 1) * (outputs / groups));
  }
};

}  // namespace detail

/// As without recording; where it is recorded, what follows the product is computed op by op.
template <class B>
Var<B> convolution(const Var<B>& x, Grid map, Window window, const Var<B>& weight, Epilogue<Var<B>> epilogue = {}) {
  return detail::recorded_linear(x, weight, std::move(epilogue), detail::ConvolutionProduct<B>{map, window});
}
template <class B, class Packed>
Var<B> convolution(const Var<B>& x, Grid map, Window window, const RecordedWeight<B, Packed>& weight, Epilogue<Var<B>> epilogue = {}) {
  return detail::recorded_linear(x, weight, std::move(epilogue), detail::ConvolutionProduct<B>{map, window});
}

}  // namespace vpr
