// SPDX-License-Identifier: MIT
/// @file
/// Products with a learned matrix.
#pragma once

#include <vpr/backend/concept.hpp>
#include <vpr/backend/epilogue.hpp>

#include <concepts>
#include <utility>

namespace vpr {

namespace detail {

/// Checks an epilogue against a product of shape `result`, takes the residual's memory for it or new one, and calls `kernel(operands, out)`.
template <class B, class Kernel>
Tensor<B> with_epilogue(const char* op, const Shape& result, Epilogue<Tensor<B>> epilogue, const Kernel& kernel) {
  const auto operand = [&](const Tensor<B>* of_columns, const char* name) {
    if (of_columns == nullptr || of_columns->empty()) return static_cast<const typename B::value*>(nullptr);
    VPR_REQUIRE(ShapeError, of_columns->elements() == result.last(), op, ": got ", name, ' ', of_columns->shape(), ", want [",
                result.last(), "]");
    return of_columns->data();
  };
  VPR_REQUIRE(ShapeError, !epilogue.residual || epilogue.residual->shape() == result, op, ": got residual ", epilogue.residual->shape(),
              ", want ", result);
  EpilogueOperands<typename B::value> operands{
      operand(epilogue.bias, "bias"), epilogue.activation, operand(epilogue.gate, "gate"), epilogue.scale, nullptr, epilogue.relu_of_sum};
  Tensor<B> out = epilogue.residual ? std::move(*epilogue.residual) : Tensor<B>(result);
  if (epilogue.residual) operands.residual = std::as_const(out).data();
  kernel(operands, out);
  return out;
}

}  // namespace detail

/// x Wᵀ over the last axis, and what `epilogue` makes of it: `…×I` by weight `O×I` gives `…×O`. A weight of more axes, such as a
/// convolution's, counts as `O×` the rest. It is the backend's `weight` or a plain tensor.
/// @param precision  of the product with a plain tensor, in place of the backend's own: see `RoundsProducts`
/// @throws ShapeError  if the extents do not fit.
template <class B, LinearWeight W, std::same_as<Precision>... OfProduct>
Tensor<B> linear(const Tensor<B>& x, const W& weight, Epilogue<Tensor<B>> epilogue = {}, OfProduct... precision) {
  const Shape& matrix = weight.shape();
  VPR_REQUIRE(ShapeError, x.shape().rank() >= 1 && matrix.rank() >= 2 && matrix.elements() == matrix[0] * x.shape().last(),
              "linear: got x ", x.shape(), " and weight ", matrix, ", want a weight [outputs, ", x.shape().last(), "]");
  return detail::with_epilogue<B>("linear", x.shape().with(x.shape().rank() - 1, matrix[0]), std::move(epilogue),
                                  [&](const auto& operands, Tensor<B>& out) { B::linear(x, weight, operands, out, precision...); });
}

/// x Wᵀ + b with bias `O`, or without where it is empty.
template <class B, LinearWeight W>
Tensor<B> linear(const Tensor<B>& x, const W& weight, const Tensor<B>& bias) {
  return linear(x, weight, Epilogue<Tensor<B>>{.bias = &bias});
}

}  // namespace vpr
