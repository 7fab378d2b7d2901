// SPDX-License-Identifier: MIT
/// @file
/// A learned linear map.
#pragma once

#include <vpr/ops/linear.hpp>

#include <string>
#include <utility>

namespace vpr {

/// x Wᵀ + b with its parameters `weight` O×I and, unless left out, `bias` O, as `torch.nn.Linear`; with `kernel_axes` the weight is O×I×1
/// or O×I×1×1, as a convolution of kernel 1 has it.
template <class B>
struct Linear {
  using X = typename B::tensor;

  typename B::weight weight;
  X bias;

  Linear(std::int64_t inputs, std::int64_t outputs, bool with_bias = true, int kernel_axes = 0)
      : weight(B::weight::zeros(kernel_axes == 0   ? Shape{outputs, inputs}
                                : kernel_axes == 1 ? Shape{outputs, inputs, 1}
                                                   : Shape{outputs, inputs, 1, 1})),
        bias(with_bias ? X::zeros(Shape{outputs}) : X()) {}

  /// @param epilogue  what follows, but for the bias
  X operator()(const X& x, Epilogue<X> epilogue = {}) const {
    epilogue.bias = &bias;
    return linear(x, weight, std::move(epilogue));
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    visitor(prefix + "weight", weight);
    if (!bias.empty()) visitor(prefix + "bias", bias);
  }
};

}  // namespace vpr
