// SPDX-License-Identifier: MIT
/// @file
/// Products of two tensors that flow; `linear` is for the product with a learned matrix.
#pragma once

#include <vpr/core/tensor.hpp>

#include <span>

namespace vpr {

/// Which operand of a product is transposed.
enum class Product {
  ab,   ///< a · b
  atb,  ///< aᵀ · b
  abt,  ///< a · bᵀ
};

/// The product of matrices, or of the matrices of each image: `M×K` by `K×N` gives `M×N`, `B×M×K` by `B×K×N` gives `B×M×N`, with the
/// operand that `product` names stored transposed. Beside an a of three axes, a b of another number of axes is one matrix for all
/// images; its axes from the second on count as columns.
/// @throws ShapeError  if the extents do not fit.
template <class B>
Tensor<B> matmul(const Tensor<B>& a, const Tensor<B>& b, Product product = Product::ab) {
  const bool at = product == Product::atb, bt = product == Product::abt;
  const Shape &left = a.shape(), &right = b.shape();
  const bool of_images = left.rank() == 3, each = of_images && right.rank() == 3;
  VPR_REQUIRE(ShapeError,
              (left.rank() == 2 || of_images) && right.rank() >= 2 && (each || right.rank() == 2 || (of_images && !at && !bt)) &&
                  (!each || left[0] == right[0]) && (!of_images || each || !at),
              "matmul: got a ", left, " and b ", right);
  const std::size_t axis = of_images ? 1 : 0, other = each ? 1 : 0;
  const std::int64_t depth = left[axis + (at ? 0 : 1)], rows = left[axis + (at ? 1 : 0)];
  const std::int64_t columns = bt ? right[other] : Shape(std::span(right.begin() + other + 1, right.end())).elements();
  VPR_REQUIRE(ShapeError, depth == right[other + (bt ? 1 : 0)], "matmul: got a ", left, at ? " transposed" : "", " and b ", right,
              bt ? " transposed" : "");
  Tensor<B> out(of_images ? Shape{left[0], rows, columns} : Shape{rows, columns});
  if (!out.empty()) B::matmul(a, at, b, bt, out);
  return out;
}

}  // namespace vpr
