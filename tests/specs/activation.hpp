// SPDX-License-Identifier: MIT
#pragma once

#include "tests/specs/op_spec.hpp"

namespace vpr::test {

/// Rows of every width, with values in [-bound, bound).
inline Cases<> activation_cases(std::int64_t halves = 1, float bound = 6) {
  Cases<> cases;
  for (const std::int64_t width : widths) cases.push_back({{{{5, halves * width}, true, -bound, bound}}});
  return cases;
}

struct Gelu {
  static constexpr auto name = "gelu";
  VPR_SPEC_KERNELS(gelu, gelu_gradient);
  static constexpr Tolerance value{4, "erf is within 4 units in the last place"}, gradient{4, "as is its derivative"};
  static constexpr bool in_place = true;
  static Cases<> cases() { return activation_cases(); }
  static Case<> speed() { return {{{{257, 3072}}}}; }
  static constexpr auto apply = [](auto& in, NoSettings) { return gelu(std::move(in[0])); };
};

struct QuickGelu {
  static constexpr auto name = "quick_gelu";
  VPR_SPEC_KERNELS(quick_gelu, quick_gelu_gradient);
  static constexpr Tolerance value{4, "an exponential, a sum and a quotient"}, gradient{8, "and two products more"};
  static constexpr bool in_place = true;
  static Cases<> cases() { return activation_cases(); }
  static Case<> speed() { return {{{{257, 3072}}}}; }
  static constexpr auto apply = [](auto& in, NoSettings) { return quick_gelu(std::move(in[0])); };
};

struct Exp {
  static constexpr auto name = "exp";
  VPR_SPEC_KERNELS(exp);
  static constexpr Tolerance value{4, "within 1 unit in the last place"}, gradient{4, "and a product"};
  static constexpr bool in_place = true;
  static Cases<> cases() { return activation_cases(); }
  static Case<> speed() { return {{{{256, 768}}}}; }
  static constexpr auto apply = [](auto& in, NoSettings) { return exp(std::move(in[0])); };
};

struct Relu {
  static constexpr auto name = "relu";
  VPR_SPEC_KERNELS(relu, relu_gradient);
  static constexpr Tolerance value = exact, gradient = exact;
  static constexpr bool in_place = true;
  static Cases<> cases() { return activation_cases(); }
  static Case<> speed() { return {{{{257, 3072}}}}; }
  static std::vector<Example<>> examples() { return {{{{{{2, 2}}}}, {{-1, 0, 2, -3}}, {0, 0, 2, 0}}}; }
  static constexpr auto apply = [](auto& in, NoSettings) { return relu(std::move(in[0])); };
};

struct Relu6 {
  static constexpr auto name = "relu6";
  VPR_SPEC_KERNELS(relu6, relu6_gradient);
  static constexpr Tolerance value = exact, gradient = exact;
  static constexpr bool in_place = true;
  static Cases<> cases() { return activation_cases(1, 12); }
  static Case<> speed() { return {{{{257, 3072}}}}; }
  static std::vector<Example<>> examples() { return {{{{{{2, 3}}}}, {{-1, 0, 2, 6, 7, -8}}, {0, 0, 2, 6, 6, 0}}}; }
  static constexpr auto apply = [](auto& in, NoSettings) { return relu6(std::move(in[0])); };
};

struct Sign {
  static constexpr auto name = "sign";
  VPR_SPEC_KERNELS(sign);
  static constexpr Tolerance value = exact;
  static constexpr NoGradient gradient{"it is flat: what is passed in its stead is tested in tests/autograd"};
  static constexpr bool in_place = true;
  static Cases<> cases() { return activation_cases(); }
  static Case<> speed() { return {{{{256, 512}}}}; }
  static std::vector<Example<>> examples() { return {{{{{{2, 2}}}}, {{-1e-30, 0, 2, -3}}, {-1, 1, 1, -1}}}; }
  static constexpr auto apply = [](auto& in, NoSettings) { return sign(std::move(in[0])); };
};

struct SiluGate {
  static constexpr auto name = "silu_gate";
  VPR_SPEC_KERNELS(silu_gate, silu_gate_gradient);
  static constexpr Tolerance value{4, "an exponential, a sum, a quotient and a product"}, gradient{8, "and two products more"};
  static Cases<> cases() { return activation_cases(2); }
  static Case<> speed() { return {{{{257, 6144}}}}; }
  static constexpr auto apply = [](auto& in, NoSettings) { return silu_gate(in[0]); };
};

using ActivationSpecs = Specs<Gelu, QuickGelu, Exp, Relu, Relu6, Sign, SiluGate>;

}  // namespace vpr::test
