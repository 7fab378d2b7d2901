// SPDX-License-Identifier: MIT
/// @file
/// Ops that move elements: slices, concatenation, image patches, resampled maps.
#pragma once

#include <vpr/core/tensor.hpp>

#include <cstdint>
#include <span>

namespace vpr {

/// Positions [begin, end) of `axis`.
/// @throws ShapeError  if there is no such axis or range.
template <class B>
Tensor<B> slice(const Tensor<B>& x, std::size_t axis, std::int64_t begin, std::int64_t end) {
  VPR_REQUIRE(ShapeError, axis < x.shape().rank() && 0 <= begin && begin <= end && end <= x.shape()[axis], "slice: got x ", x.shape(),
              ", axis ", axis, " and range [", begin, ", ", end, ")");
  Tensor<B> out(x.shape().with(axis, end - begin));
  if (!out.empty()) B::slice(x, axis, begin, out);
  return out;
}

/// a followed by b along `axis` ≥ 1. An `a` of leading extent 1 is repeated over b's, as a class token over a batch.
/// @throws ShapeError  if the other extents differ.
template <class B>
Tensor<B> concat(const Tensor<B>& a, const Tensor<B>& b, std::size_t axis) {
  const Shape &first = a.shape(), &second = b.shape();
  VPR_REQUIRE(ShapeError,
              axis >= 1 && axis < second.rank() && first.rank() == second.rank() && (first[0] == 1 || first[0] == second[0]) &&
                  first.with(0, second[0]).with(axis, second[axis]) == second,
              "concat: got ", first, " and ", second, " along axis ", axis);
  Tensor<B> out(second.with(axis, first[axis] + second[axis]));
  if (!a.empty()) B::insert(a, axis, 0, out);
  if (!b.empty()) B::insert(b, axis, first[axis], out);
  return out;
}

/// `1×N×…`, the same for each of `count` images: `count×N×…`, as a class token over a batch.
/// @throws ShapeError  unless x is of one image
template <TensorLike X>
X repeated(const X& x, std::int64_t count) {
  const Shape shape = x.shape();
  VPR_REQUIRE(ShapeError, shape.rank() >= 2 && shape[0] == 1 && count >= 0, "repeated: got x ", shape, " and ", count,
              " images, want [1, ...]");
  return concat(x, X::from(shape.with(0, count).with(1, 0), std::span<const float>()), 1);
}

/// The same elements with `axis` and the next one exchanged.
/// @throws ShapeError  if there are no such axes.
template <class B>
Tensor<B> transpose(const Tensor<B>& x, std::size_t axis) {
  VPR_REQUIRE(ShapeError, axis + 1 < x.shape().rank(), "transpose: got x ", x.shape(), " and axis ", axis, ", want two axes from there on");
  Tensor<B> out(x.shape().with(axis, x.shape()[axis + 1]).with(axis + 1, x.shape()[axis]));
  if (!out.empty()) B::transpose(x, axis, out);
  return out;
}

/// The same elements under another shape. Move x in to keep its memory.
/// @throws ShapeError  if the shapes differ in the number of elements.
template <class B>
Tensor<B> reshape(Tensor<B> x, Shape shape) {
  return std::move(x).reshaped(shape);
}

/// Non-overlapping size×size patches: `B×C×H×W` gives `B×(H/size · W/size)×(C · size · size)`, whose product with a
/// flattened convolution kernel is the convolution with that kernel and stride.
/// @throws ShapeError  if H or W is not a positive multiple of `size`.
template <class B>
Tensor<B> patches(const Tensor<B>& image, std::int64_t size) {
  const Shape& shape = image.shape();
  VPR_REQUIRE(ShapeError, shape.rank() == 4 && size > 0 && shape[2] > 0 && shape[3] > 0 && shape[2] % size == 0 && shape[3] % size == 0,
              "patches: got image ", shape, ", want [batch, channels, height, width] with sides that are multiples of ", size);
  Tensor<B> out(Shape{shape[0], shape[2] / size * (shape[3] / size), shape[1] * size * size});
  if (!out.empty()) B::patches(image, size, out);
  return out;
}

/// Separable resampling of a map `H×W×C` by `vertical` (H'×H) and `horizontal` (W'×W): gives `H'×W'×C`.
/// @throws ShapeError  if the extents do not fit.
template <class B>
Tensor<B> resample(const Tensor<B>& map, const Tensor<B>& vertical, const Tensor<B>& horizontal) {
  const Shape &shape = map.shape(), &rows = vertical.shape(), &columns = horizontal.shape();
  VPR_REQUIRE(ShapeError, shape.rank() == 3 && rows.rank() == 2 && columns.rank() == 2 && rows[1] == shape[0] && columns[1] == shape[1],
              "resample: got map ", shape, ", vertical ", rows, " and horizontal ", columns);
  Tensor<B> out(Shape{rows[0], columns[0], shape[2]});
  B::resample(map, vertical, horizontal, out);
  return out;
}

}  // namespace vpr
