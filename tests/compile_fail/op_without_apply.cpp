// SPDX-License-Identifier: MIT
// refused: OpSpec: a spec needs `apply`, a function object that calls the op over Tensor and Var alike
#include "tests/specs/op_spec.hpp"

using namespace vpr::test;

struct Mine {
  static constexpr auto name = "mine";
  struct Kernels {};
  static constexpr Tolerance value = exact, gradient = exact;
  static Cases<> cases() { return {speed()}; }
  static Case<> speed() { return {{{{5}}}}; }
};

Specs<Mine> specs;
