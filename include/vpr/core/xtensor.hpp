// SPDX-License-Identifier: MIT
/// @file
/// Tensors of host memory seen as xtensor expressions, without a copy.
#pragma once

#include <vpr/core/tensor.hpp>

#include <array>

#if __has_include(<xtensor/containers/xadapt.hpp>)
#include <xtensor/containers/xadapt.hpp>
#elif __has_include(<xtensor/xadapt.hpp>)
#include <xtensor/xadapt.hpp>
#else
#error "vpr/core/xtensor.hpp needs xtensor: install it (Debian: libxtensor-dev)"
#endif

namespace vpr {

namespace detail {
template <std::size_t N>
std::array<std::size_t, N> xtensor_shape(const Shape& shape) {
  VPR_REQUIRE(ShapeError, shape.rank() == N, "xt<", N, ">: the tensor ", shape, " has ", shape.rank(), " axes");
  std::array<std::size_t, N> extents{};
  std::transform(shape.begin(), shape.end(), extents.begin(), [](std::int64_t extent) { return static_cast<std::size_t>(extent); });
  return extents;
}
}  // namespace detail

template <class B>
template <std::size_t N>
auto Tensor<B>::xt() & {
  static_assert(B::host, "xt() needs a tensor in host memory: copy it with values() first");
  return xt::adapt(data(), storage_.size(), xt::no_ownership(), detail::xtensor_shape<N>(shape_));
}

template <class B>
template <std::size_t N>
auto Tensor<B>::xt() const& {
  static_assert(B::host, "xt() needs a tensor in host memory: copy it with values() first");
  return xt::adapt(data(), storage_.size(), xt::no_ownership(), detail::xtensor_shape<N>(shape_));
}

}  // namespace vpr
