// SPDX-License-Identifier: MIT
// refused: OpSpec: an op needs cases: give its spec `cases()`, at odd sizes
#include "tests/specs/op_spec.hpp"

using namespace vpr::test;

struct Mine {
  static constexpr auto name = "mine";
  struct Kernels {};
  static constexpr Tolerance value = exact, gradient = exact;
  static Case<> speed() { return {{{{5}}}}; }
  static constexpr auto apply = [](auto& in, NoSettings) { return std::move(in[0]); };
};

Specs<Mine> specs;
