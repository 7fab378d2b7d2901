// SPDX-License-Identifier: MIT
/// What the tests of the ops share: tensors written by hand.
#pragma once

#include <vpr/backend/cpu.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

#include <vector>

using vpr::Shape;
using vpr::ShapeError;
using F32 = vpr::Cpu<vpr::f32>;
using X = vpr::Tensor<F32>;
using Values = std::vector<float>;

inline X tensor(Shape shape, const Values& values) { return X::from(shape, values); }
/// A tensor of which only the shape matters.
inline X shaped(Shape shape) { return X::zeros(shape); }

/// An op that takes its tensor by value gives the same moved and copied, leaves a copied one as it was and keeps a moved one's memory.
template <class Op>
void check_in_place(const Op& op, X x) {
  const Values before = x.values();
  const Values expected = op(x).values();
  CHECK(x.values() == before);
  const float* memory = x.data();
  const X result = op(std::move(x));
  CHECK(result.data() == memory);
  CHECK(result.values() == expected);
}
