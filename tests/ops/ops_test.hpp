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
