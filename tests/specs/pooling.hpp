// SPDX-License-Identifier: MIT
#pragma once

#include "tests/specs/op_spec.hpp"

namespace vpr::test {

/// Tokens of every width, and `others` beside them.
inline Cases<> pooling_cases(const std::vector<Operand>& others) {
  Cases<> cases;
  for (const std::int64_t channels : widths) {
    for (const std::int64_t tokens : {1, 5, 17, 129}) {
      cases.push_back({{{{tokens, channels}}}});
      cases.back().inputs.insert(cases.back().inputs.end(), others.begin(), others.end());
    }
  }
  return cases;
}

struct Gem {
  static constexpr auto name = "gem";
  VPR_SPEC_KERNELS(gem, gem_gradient, gem_power_gradient);
  static constexpr Tolerance value{8, "the powers of ratios to the largest, and a root of their mean"},
      gradient{256, "the power's is a sum of small logarithms over all results"};
  static Cases<> cases() { return pooling_cases({{{1}, false, 2.5F, 3.5F}}); }
  static Case<> speed() { return {{{{256, 768}}, {{1}, false, 2.5F, 3.5F}}}; }
  static constexpr auto apply = [](auto& in, NoSettings) { return gem(in[0], in[1], 0.01F); };
};

struct Mean {
  static constexpr auto name = "mean";
  VPR_SPEC_KERNELS(mean, mean_gradient);
  static constexpr Tolerance value{16, "a sum over at most 129 tokens"}, gradient{1, "one quotient"};
  static Cases<> cases() { return pooling_cases({}); }
  static Case<> speed() { return {{{{256, 768}}}}; }
  static constexpr auto apply = [](auto& in, NoSettings) { return mean(in[0]); };
};

using PoolingSpecs = Specs<Gem, Mean>;

}  // namespace vpr::test
