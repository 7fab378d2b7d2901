// SPDX-License-Identifier: MIT
#pragma once

#include "tests/specs/op_spec.hpp"

namespace vpr::test {

struct OneHot {
  static constexpr auto name = "one_hot";
  VPR_SPEC_KERNELS(one_hot);
  static constexpr Tolerance value = exact;
  static constexpr NoGradient gradient{"the choice of the largest changes nowhere smoothly: it is a constant"};
  static constexpr auto hides_nan = "a NaN is not larger than anything";
  static constexpr bool in_place = true;
  static Cases<> cases() {
    Cases<> cases;
    for (const std::int64_t width : widths) {
      if (width > 0) cases.push_back({{{{5, width}}}});
    }
    return cases;
  }
  static Case<> speed() { return {{{{256, 64}}}}; }
  static constexpr auto apply = [](auto& in, NoSettings) { return one_hot(std::move(in[0])); };
};

struct ResidualSums {
  static constexpr auto name = "residual_sums";
  VPR_SPEC_KERNELS(residual_sums, residual_sums_gradient, residual_shares_gradient, residual_centres_gradient);
  static constexpr Tolerance value{16, "a sum over at most 129 tokens"}, gradient{32, "the centroids' is one over the images too"};
  static Case<> of(std::int64_t tokens, std::int64_t clusters, std::int64_t channels) {
    return {{{{tokens, channels}}, {{tokens, clusters}}, {{clusters, channels}, false}}};
  }
  static Cases<> cases() {
    Cases<> cases{of(5, 4, 3), of(1, 1, 1)};
    for (const std::int64_t clusters : {1, 3, 17}) {
      for (const std::int64_t tokens : {0, 1, 7, 129}) cases.push_back(of(tokens, clusters, 19));
    }
    return cases;
  }
  static Case<> speed() { return of(256, 64, 768); }
  static constexpr auto apply = [](auto& in, NoSettings) { return residual_sums(in[0], in[1], in[2]); };
};

using ResidualSpecs = Specs<OneHot, ResidualSums>;

}  // namespace vpr::test
