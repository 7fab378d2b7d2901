// SPDX-License-Identifier: MIT
// refused: OpSpec: a tolerance and NoGradient need their reason
#include "tests/specs/op_spec.hpp"

using namespace vpr::test;

struct Mine {
  static constexpr auto name = "mine";
  struct Kernels {};
  static constexpr Tolerance value = exact;
  static constexpr NoGradient gradient{""};
  static Cases<> cases() { return {speed()}; }
  static Case<> speed() { return {{{{5}}}}; }
  static constexpr auto apply = [](auto& in, NoSettings) { return std::move(in[0]); };
};

Specs<Mine> specs;
