// SPDX-License-Identifier: MIT
/// @file
/// What a loss is.
#pragma once

#include <vpr/core/tensor.hpp>

#include <concepts>
#include <cstdint>
#include <span>

namespace vpr {

/// A loss of labelled photos: `loss(descriptors, places)`, for descriptors `N×C` and the place that each shows, is a tensor of one
/// element, recorded where the descriptors are. It is written with ops, so its gradient needs no line of its own. A batch that has
/// nothing to teach, be it empty, one photo or one place, gives 0 and gradients of 0. Losses of other things, such as triplets or
/// graded pairs, are classes of the same kind with other arguments.
template <class L, class X>
concept Loss = TensorLike<X> && requires(const L& loss, const X& descriptors, std::span<const std::int64_t> places) {
  { loss(descriptors, places) } -> std::same_as<X>;
};

}  // namespace vpr
