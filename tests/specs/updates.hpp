// SPDX-License-Identifier: MIT
#pragma once

#include "tests/specs/op_spec.hpp"

namespace vpr::test {

/// Which of what a step changes is looked at, and whether the optimiser has the part that it may be without.
struct Changed {
  std::size_t operand;
  bool whole;
};

/// Steps of every width over `operands`, the gradient first; the last of them is empty where the optimiser is without it.
inline Cases<Changed> update_cases(const std::vector<Operand>& operands) {
  Cases<Changed> cases;
  for (const std::int64_t width : widths) {
    for (const bool whole : {false, true}) {
      for (std::size_t changed = 1; changed < operands.size(); ++changed) {
        Case<Changed> one{operands, {changed, whole}};
        for (Operand& operand : one.inputs) operand.shape = {5, width};
        if (!whole) one.inputs.back().shape = {0};
        cases.push_back(one);
      }
    }
  }
  return cases;
}

struct SgdUpdate {
  static constexpr auto name = "sgd_update";
  VPR_SPEC_KERNELS(sgd_update);
  static constexpr Tolerance value{4, "three products and sums"};
  static constexpr NoGradient gradient{"a step of an optimiser is not recorded"};
  static Cases<Changed> cases() { return update_cases({{{0}, false}, {{0}, false}, {{0}, false}}); }
  static Case<Changed> speed() { return {{{{768, 768}, false}, {{768, 768}, false}, {{768, 768}, false}}, {1, true}}; }
  static constexpr auto apply = []<class X>(Inputs<X>& in, Changed changed) {
    using T = typename X::value_type;
    X::backend::sgd_update(in[0], SgdStep<T>{T(0.3F), T(0.2F), T(0.9F), T(0.8F), true}, in[1], in[2]);
    return std::move(in[changed.operand]);
  };
};

struct AdamUpdate {
  static constexpr auto name = "adam_update";
  VPR_SPEC_KERNELS(adam_update);
  static constexpr Tolerance value{8, "a quotient by a root that may be small"};
  static constexpr NoGradient gradient{"a step of an optimiser is not recorded"};
  static std::vector<Operand> operands() { return {{{0}, false}, {{0}, false}, {{0}, false}, {{0}, false, 0, 1}, {{0}, false, 0, 1}}; }
  static Cases<Changed> cases() { return update_cases(operands()); }
  static Case<Changed> speed() {
    Case<Changed> one{operands(), {1, true}};
    for (Operand& operand : one.inputs) operand.shape = {768, 768};
    return one;
  }
  static constexpr auto apply = []<class X>(Inputs<X>& in, Changed changed) {
    using T = typename X::value_type;
    const AdamStep<T> step{T(0.3F), T(0.2F), T(0.9F), T(0.1F), T(0.75F), T(0.25F), T(0.5F), T(0.01F)};
    X::backend::adam_update(in[0], step, in[1], in[2], in[3], in[4]);
    return std::move(in[changed.operand]);
  };
};

using UpdateSpecs = Specs<SgdUpdate, AdamUpdate>;

}  // namespace vpr::test
