// SPDX-License-Identifier: MIT
/// @file
/// Matrix products by Eigen, cut into tiles whose shapes do not depend on threads or batch.
#pragma once

#include <vpr/backend/cpu/gelu.hpp>
#include <vpr/core/eigen.hpp>
#include <vpr/core/parallel.hpp>

#include <algorithm>

namespace vpr::detail {

template <class T>
using ConstTile = Eigen::Map<const Matrix<T>, 0, Eigen::OuterStride<>>;
template <class T>
using Tile = Eigen::Map<Matrix<T>, 0, Eigen::OuterStride<>>;

/// Output columns of one tile: a multiple of every register block that Eigen uses, small enough to share among threads.
inline constexpr std::int64_t tile_columns = 192;

template <class T>
void bias_and_activation(const T* bias, Activation activation, Tile<T> tile) {
  for (Eigen::Index r = 0; r < tile.rows(); ++r) {
    auto row = tile.row(r);
    if (bias != nullptr) row += Eigen::Map<const Eigen::Matrix<T, 1, Eigen::Dynamic>>(bias, tile.cols());
    if (activation == Activation::relu) row = row.cwiseMax(T(0));
    if (activation == Activation::gelu) gelu_in_place(row.data(), tile.cols());
  }
}

/// `ScalarKernels::linear` with a row-major weight. Eigen chooses how to sum by the sizes it sees, so each image (the first
/// axis of three or more; each row of a matrix) is multiplied by itself, in tiles fixed by its own size.
template <class X>
void tiled_linear(const X& x, const X& weight, const X& bias, Activation activation, X& out) {
  using T = typename X::value_type;
  const std::int64_t images = x.shape().rank() < 3 ? x.shape().rows() : x.shape()[0];
  if (out.empty()) return;
  const std::int64_t rows = x.shape().rows() / images, depth = x.shape().last(), columns = out.shape().last();
  const std::int64_t tiles = (columns + tile_columns - 1) / tile_columns;
  parallel_for(images * tiles, [&](std::int64_t i) {
    const std::int64_t image = i / tiles, begin = i % tiles * tile_columns, width = std::min(tile_columns, columns - begin);
    const ConstTile<T> input(x.data() + image * rows * depth, rows, depth, Eigen::OuterStride<>(depth));
    const ConstTile<T> matrix(weight.data() + begin * depth, width, depth, Eigen::OuterStride<>(depth));
    Tile<T> result(out.data() + image * rows * columns + begin, rows, width, Eigen::OuterStride<>(columns));
    result.noalias() = input * matrix.transpose();
    bias_and_activation(bias.empty() ? nullptr : bias.data() + begin, activation, result);
  });
}

/// `ScalarProduct::matmul`, in tiles of output rows.
template <class X>
void tiled_matmul(const X& a, bool transpose_a, const X& b, bool transpose_b, X& out) {
  using T = typename X::value_type;
  if (out.empty()) return;
  const std::size_t axis = a.shape().rank() - 2;
  const std::int64_t rows = a.shape()[axis + (transpose_a ? 1 : 0)], depth = a.shape()[axis + (transpose_a ? 0 : 1)], columns = out.shape().last();
  const std::int64_t groups = out.elements() / (rows * columns), tiles = (rows + tile_columns - 1) / tile_columns;
  parallel_for(groups * tiles, [&](std::int64_t i) {
    const std::int64_t g = i / tiles, begin = i % tiles * tile_columns, height = std::min(tile_columns, rows - begin);
    using Whole = Eigen::Map<const Matrix<T>>;
    const Whole left(a.data() + g * rows * depth, transpose_a ? depth : rows, transpose_a ? rows : depth);
    const Whole right(b.data() + (b.shape().rank() == 3 ? g * depth * columns : 0), transpose_b ? columns : depth, transpose_b ? depth : columns);
    Eigen::Map<Matrix<T>> tile(out.data() + (g * rows + begin) * columns, height, columns);
    if (transpose_a && transpose_b) tile.noalias() = left.middleCols(begin, height).transpose() * right.transpose();
    if (transpose_a && !transpose_b) tile.noalias() = left.middleCols(begin, height).transpose() * right;
    if (!transpose_a && transpose_b) tile.noalias() = left.middleRows(begin, height) * right.transpose();
    if (!transpose_a && !transpose_b) tile.noalias() = left.middleRows(begin, height) * right;
  });
}

/// `ProductGradients::linear_gradient`, image by image as `tiled_linear`.
template <class X>
void tiled_linear_gradient(const X& weight, const X& dy, X& dx) {
  using T = typename X::value_type;
  if (dx.empty()) return;
  const std::int64_t images = dy.shape().rank() < 3 ? dy.shape().rows() : dy.shape()[0];
  const std::int64_t rows = dy.shape().rows() / images, depth = dy.shape().last(), columns = dx.shape().last();
  const std::int64_t tiles = (columns + tile_columns - 1) / tile_columns;
  parallel_for(images * tiles, [&](std::int64_t i) {
    const std::int64_t image = i / tiles, begin = i % tiles * tile_columns, width = std::min(tile_columns, columns - begin);
    const ConstTile<T> slope(dy.data() + image * rows * depth, rows, depth, Eigen::OuterStride<>(depth));
    const ConstTile<T> matrix(weight.data() + begin, depth, width, Eigen::OuterStride<>(columns));
    Tile<T>(dx.data() + image * rows * columns + begin, rows, width, Eigen::OuterStride<>(columns)).noalias() = slope * matrix;
  });
}

/// `ProductGradients::linear_weight_gradient`, in tiles of the weight.
template <class X>
void tiled_weight_gradient(const X& x, const X& dy, X& dweight) {
  using T = typename X::value_type;
  const std::int64_t rows = dy.shape().rows(), outputs = dy.shape().last(), columns = x.shape().last();
  const std::int64_t tiles = (columns + tile_columns - 1) / tile_columns, bands = (outputs + tile_columns - 1) / tile_columns;
  parallel_for(bands * tiles, [&](std::int64_t i) {
    const std::int64_t top = i / tiles * tile_columns, begin = i % tiles * tile_columns;
    const std::int64_t height = std::min(tile_columns, outputs - top), width = std::min(tile_columns, columns - begin);
    const ConstTile<T> slope(dy.data() + top, rows, height, Eigen::OuterStride<>(outputs));
    const ConstTile<T> input(x.data() + begin, rows, width, Eigen::OuterStride<>(columns));
    Tile<T>(dweight.data() + top * columns + begin, height, width, Eigen::OuterStride<>(columns)).noalias() = slope.transpose() * input;
  });
}

}  // namespace vpr::detail
