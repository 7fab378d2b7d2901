// SPDX-License-Identifier: MIT
#pragma once

#include "tests/specs/op_spec.hpp"

namespace vpr::test {

/// Rows of every width with a second operand of their shape, of one image's, of a row's and of one element.
inline Cases<> repeated_cases() {
  Cases<> cases;
  for (const std::int64_t width : widths) {
    const Shape rows{5, width};
    if (width == 0) {
      cases.push_back({{{rows}, {rows}}});
      continue;
    }
    for (const Operand& second : {Operand{rows}, Operand{rows, false}, Operand{{width}, false}, Operand{{1}, false}})
      cases.push_back({{{rows}, second}});
  }
  return cases;
}

struct AddScaled {
  static constexpr auto name = "add_scaled";
  VPR_SPEC_KERNELS(add_scaled, column_sums);
  static constexpr Tolerance value{2, "a product and a sum"}, gradient{16, "a sum over the rows that an operand is repeated over"};
  static constexpr bool in_place = true;
  static Cases<> cases() { return repeated_cases(); }
  static Case<> speed() { return {{{{257, 768}}, {{257, 768}}}}; }
  static constexpr auto apply = [](auto& in, NoSettings) { return add_scaled(std::move(in[0]), in[1], 0.3F); };
};

struct Multiply {
  static constexpr auto name = "multiply";
  VPR_SPEC_KERNELS(multiply);
  static constexpr Tolerance value{1, "one product"}, gradient{32, "a sum over the rows that an operand is repeated over"};
  static constexpr bool in_place = true;
  static Cases<> cases() { return repeated_cases(); }
  static Case<> speed() { return {{{{257, 768}}, {{768}, false}}}; }
  static constexpr auto apply = [](auto& in, NoSettings) { return multiply(std::move(in[0]), in[1]); };
};

struct Divide {
  static constexpr auto name = "divide";
  VPR_SPEC_KERNELS(divide);
  static constexpr Tolerance value{1, "one quotient"}, gradient{4, "a quotient and two products"};
  static constexpr bool in_place = true;
  static Cases<> cases() {
    Cases<> cases;
    for (const std::int64_t width : widths) cases.push_back({{{{5, width}}, {{5, width}, true, 1, 3}}});
    cases.push_back({{{{3}}, {{3}, true, -2, -0.5F}}});
    return cases;
  }
  static Case<> speed() { return {{{{257, 768}}, {{257, 768}, true, 1, 3}}}; }
  static constexpr auto apply = [](auto& in, NoSettings) { return divide(std::move(in[0]), in[1]); };
};

struct AddGated {
  static constexpr auto name = "add_gated";
  VPR_SPEC_KERNELS(add_gated);
  static constexpr Tolerance value{2, "a product and a sum"}, gradient{8, "the gate's is a sum over rows"};
  static constexpr bool in_place = true;
  static Cases<> cases() {
    Cases<> cases;
    for (const std::int64_t width : widths) cases.push_back({{{{5, width}}, {{5, width}}, {{width}, false}}});
    return cases;
  }
  static Case<> speed() { return {{{{257, 768}}, {{257, 768}}, {{768}, false}}}; }
  static constexpr auto apply = [](auto& in, NoSettings) { return add_gated(std::move(in[0]), in[1], in[2]); };
};

using ArithmeticSpecs = Specs<AddScaled, Multiply, Divide, AddGated>;

}  // namespace vpr::test
