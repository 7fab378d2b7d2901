// SPDX-License-Identifier: MIT
#pragma once

#include "tests/specs/op_spec.hpp"

namespace vpr::test {

struct Norms {
  static constexpr auto name = "norms";
  VPR_SPEC_KERNELS(norms, norms_gradient);
  static constexpr Tolerance value{8, "the root of a sum of squares"}, gradient{16, "and a quotient by it"};
  static Cases<> cases() {
    Cases<> cases;
    for (const std::int64_t width : widths) cases.push_back({{{{5, width}}}});
    return cases;
  }
  static Case<> speed() { return {{{{120, 8448}}}}; }
  static constexpr auto apply = [](auto& in, NoSettings) { return norms(in[0]); };
};

struct Distances {
  static constexpr auto name = "distances";
  VPR_SPEC_KERNELS(distances, distances_gradient);
  static constexpr Tolerance value{8, "the root of a sum of squares"}, gradient{16, "a sum of differences over it"};
  static Cases<> cases() {
    Cases<> cases;
    for (const std::int64_t width : widths) cases.push_back({{{{5, width}, false}, {{3, width}, false}}});
    cases.push_back({{{{0, 2}, false}, {{3, 2}, false}}});
    return cases;
  }
  static Case<> speed() { return {{{{120, 8448}, false}, {{120, 8448}, false}}, {}, 3.0 * 120 * 120 * 8448}; }
  static constexpr auto apply = [](auto& in, NoSettings) { return distances(in[0], in[1]); };
};

struct LogSumExp {
  struct AndZero {
    bool and_zero;
  };
  static constexpr auto name = "log_sum_exp";
  VPR_SPEC_KERNELS(log_sum_exp, log_sum_exp_gradient);
  static constexpr Tolerance value{4, "the largest is taken out first"},
      gradient{16, "the exponential of a difference from a value of up to 4"};
  static Cases<AndZero> cases() {
    Cases<AndZero> cases;
    for (const bool and_zero : {false, true}) {
      for (const std::int64_t width : widths) {
        cases.push_back({{{{5, width}, true, -4, 4}, {{5, width}, true, 0.1F, 1, true}}, {and_zero}});
        cases.push_back({{{{5, width}, true, -4, 4}, {{5, width}, true, -1, 1, true}}, {and_zero}});  // half of them masked out
      }
    }
    return cases;
  }
  static Case<AndZero> speed() { return {{{{120, 120}, true, -4, 4}, {{120, 120}, true, -1, 1, true}}, {false}}; }
  static constexpr auto apply = [](auto& in, AndZero settings) { return log_sum_exp(in[0], in[1], settings.and_zero); };
};

using MetricSpecs = Specs<Norms, Distances, LogSumExp>;

}  // namespace vpr::test
