// SPDX-License-Identifier: MIT
#pragma once

#include "tests/specs/op_spec.hpp"

#include <array>

namespace vpr::test {

/// `linear` of rows and a matrix, and the epilogue's operands in its order.
struct Linear {
  struct Follows {
    bool bias = false;
    Activation activation = Activation::none;
    bool gate = false;
    float scale = 1;
    bool residual = false;
    bool relu_of_sum = false;
  };
  static constexpr auto name = "linear";
  VPR_SPEC_KERNELS(linear, linear_gradient, linear_weight_gradient);
  static constexpr Tolerance value{32, "a sum over at most 385 products"}, gradient{32, "sums over outputs and over rows"};
  static Case<Follows> of(const std::vector<std::int64_t>& leading, std::int64_t inputs, std::int64_t outputs, Follows follows) {
    const auto rows = [&](std::int64_t columns) {
      std::vector<std::int64_t> extents = leading;
      extents.push_back(columns);
      return Operand{Shape(extents)};
    };
    const Operand of_columns{{outputs}, false};
    Case<Follows> result{{rows(inputs), {{outputs, inputs}, false}}, follows};
    if (follows.bias) result.inputs.push_back(of_columns);
    if (follows.gate) result.inputs.push_back(of_columns);
    if (follows.residual) result.inputs.push_back(rows(outputs));
    return result;
  }
  static Cases<Follows> cases() {
    Cases<Follows> cases{of({2, 3}, 7, 11, {.bias = true}),
                         of({5}, 7, 0, {.bias = true, .activation = Activation::gelu}),
                         of({}, 5, 3, {}),
                         {{{{3, 12}}, {{5, 3, 2, 2}, false}, {{5}, false}}, {.bias = true}}};
    for (const Activation activation : {Activation::none, Activation::relu, Activation::relu6, Activation::gelu, Activation::quick_gelu}) {
      for (const auto& [rows, inputs, outputs] : {std::array{2, 3, 4}, {9, 37, 1}, {9, 37, 17}, {9, 37, 193}}) {
        cases.push_back(of({rows}, inputs, outputs, {true, activation, true, 0.5F, true}));
        cases.push_back(of({rows}, inputs, outputs, {true, activation, true, 0.3F, false}));
        cases.push_back(of({rows}, inputs, outputs, {false, activation, true, 1, true, true}));
        cases.push_back(of({rows}, inputs, outputs, {true, activation, false, 1, false}));
      }
    }
    for (const std::int64_t inputs : widths) {
      for (const std::int64_t outputs : {1, 3, 16, 17, 193, 385}) cases.push_back(of({5}, inputs, outputs, {.bias = outputs % 2 == 1}));
    }
    for (const std::int64_t rows : {0, 1, 2, 16, 129}) {
      cases.push_back(of({rows}, 37, 193, {.bias = true, .activation = Activation::gelu}));
      cases.push_back(of({rows}, 3, 2, {.bias = true, .activation = Activation::relu}));
    }
    return cases;
  }
  static Case<Follows> speed() {
    Case<Follows> vit = of({257}, 768, 768, {.bias = true});
    vit.flops = 2.0 * 257 * 768 * 768;
    return vit;
  }
  static constexpr auto apply = []<class X>(Inputs<X>& in, const Follows& follows) {
    std::size_t next = 2;
    Epilogue<X> epilogue{
        .activation = follows.activation, .scale = typename X::value_type(follows.scale), .relu_of_sum = follows.relu_of_sum};
    if (follows.bias) epilogue.bias = &in[next++];
    if (follows.gate) epilogue.gate = &in[next++];
    if (follows.residual) epilogue.residual = std::move(in[next]);
    return linear(in[0], in[1], std::move(epilogue));
  };
};

using LinearSpecs = Specs<Linear>;

}  // namespace vpr::test
