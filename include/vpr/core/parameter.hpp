// SPDX-License-Identifier: MIT
/// @file
/// What a learned tensor offers, and how components show theirs.
#pragma once

#include <vpr/core/shape.hpp>

#include <concepts>
#include <span>
#include <vector>

namespace vpr {

/// A learned tensor of a component. `shape()` is its official PyTorch shape, whatever layout it is held in;
/// `assign` takes its values in that shape's row-major order and packs them; `to_vector` gives them back.
///
/// A component shows its parameters through `visit(visitor, prefix)`, which calls `visitor(prefix + name, parameter)`
/// once for each, under the official PyTorch name. Loading, saving, counting, freezing and optimising are such visitors.
template <class P>
concept Parameter = requires(P parameter, const P constant, std::span<const float> values) {
  { constant.shape() } -> std::convertible_to<Shape>;
  parameter.assign(values);
  { constant.to_vector() } -> std::convertible_to<std::vector<float>>;
};

}  // namespace vpr
