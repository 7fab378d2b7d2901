// SPDX-License-Identifier: MIT
/// @file
/// Rows chosen by index.
#pragma once

#include <vpr/core/tensor.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace vpr {
namespace detail {

/// Host numbers as a tensor of whole numbers, which every number type holds exactly up to 2^24.
template <class B>
Tensor<B> whole_numbers(std::span<const std::int64_t> numbers) {
  return Tensor<B>::from(Shape{static_cast<std::int64_t>(numbers.size())}, numbers);
}

}  // namespace detail

/// The rows of x, those along its first axis, at the given indices, in their order and as often as they are given: `R×…` gives `M×…`.
/// @throws ShapeError  for an index out of range, or more than 2^24 rows on either side.
template <class B>
Tensor<B> gather(const Tensor<B>& x, std::span<const std::int64_t> indices) {
  constexpr std::int64_t most = std::int64_t{1} << 24;
  const Shape& shape = x.shape();
  VPR_REQUIRE(ShapeError, shape.rank() >= 1 && shape[0] <= most && static_cast<std::int64_t>(indices.size()) <= most, "gather: got x ",
              shape, " and ", indices.size(), " indices, want an axis, and at most ", most, " of each");
  for (const std::int64_t index : indices) {
    VPR_REQUIRE(ShapeError, 0 <= index && index < shape[0], "gather: got index ", index, " of x ", shape, ", want one in [0, ", shape[0],
                ")");
  }
  Tensor<B> out(shape.with(0, static_cast<std::int64_t>(indices.size())));
  if (!out.empty()) B::gather(x, detail::whole_numbers<B>(indices), out);
  return out;
}

}  // namespace vpr
