// SPDX-License-Identifier: MIT
#pragma once

#include "tests/specs/op_spec.hpp"

namespace vpr::test {

struct Gather {
  using Indices = std::vector<std::int64_t>;
  static constexpr auto name = "gather";
  VPR_SPEC_KERNELS(gather, sum_gathered);
  static constexpr Tolerance value = exact, gradient{2, "a row's is the sum over the places it went to"};
  static Cases<Indices> cases() {
    Cases<Indices> cases;
    for (const std::int64_t width : widths) cases.push_back({{{{5, width}, false}}, {3, 0, 4, 3}});
    cases.push_back({{{{1, 2, 3}, false}}, {0}});
    cases.push_back({{{{3, 2}, false}}, {}});
    return cases;
  }
  static Case<Indices> speed() {
    Indices every_other;
    for (std::int64_t i = 0; i < 128; ++i) every_other.push_back(2 * i);
    return {{{{256, 768}, false}}, every_other};
  }
  static constexpr auto apply = [](auto& in, const Indices& indices) { return gather(in[0], indices); };
};

using GatherSpecs = Specs<Gather>;

}  // namespace vpr::test
