// SPDX-License-Identifier: MIT
// refused: OpSpec: an op needs a gradient: overload it for Var and give its spec `gradient`, a tolerance, or NoGradient with the reason
#include "tests/specs/op_spec.hpp"

using namespace vpr::test;

struct Mine {
  static constexpr auto name = "mine";
  struct Kernels {};
  static constexpr Tolerance value = exact;
  static Cases<> cases() { return {speed()}; }
  static Case<> speed() { return {{{{5}}}}; }
  static constexpr auto apply = [](auto& in, NoSettings) { return std::move(in[0]); };
};

Specs<Mine> specs;
