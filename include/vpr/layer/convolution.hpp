// SPDX-License-Identifier: MIT
/// @file
/// Learned convolutions over maps of tokens.
#pragma once

#include <vpr/ops/arithmetic.hpp>
#include <vpr/ops/convolution.hpp>
#include <vpr/ops/layout.hpp>
#include <vpr/ops/maps.hpp>
#include <vpr/ops/product.hpp>

#include <string>
#include <utility>

namespace vpr {

/// A convolution of a map `B×(H·W)×I` to `B×(H'·W')×O`, with its parameters `weight` O×(I/groups)×k×k and, unless left out, `bias` O, as
/// `torch.nn.Conv2d`. A group a channel is a depthwise convolution.
template <class B>
struct Convolution {
  using X = typename B::tensor;

  Window window;
  typename B::convolution_weight weight;
  X bias;

  /// @throws ConfigError  if the groups don't divide the inputs and the outputs.
  Convolution(std::int64_t inputs, std::int64_t outputs, Window window_ = {}, bool with_bias = true, std::int64_t groups = 1)
      : window(window_),
        weight(zero_convolution_weight<typename B::convolution_weight>(
            Shape{outputs, inputs_of_group(inputs, outputs, groups), window.kernel, window.kernel}, groups)),
        bias(with_bias ? X::zeros(Shape{outputs}) : X()) {}

  /// @param epilogue  what follows, but for the bias
  X operator()(const X& x, Grid map, Epilogue<X> epilogue = {}) const {
    epilogue.bias = &bias;
    return convolution(x, map, window, weight, std::move(epilogue));
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    visitor(prefix + "weight", weight);
    if (!bias.empty()) visitor(prefix + "bias", bias);
  }

 private:
  static std::int64_t inputs_of_group(std::int64_t inputs, std::int64_t outputs, std::int64_t groups) {
    VPR_REQUIRE(ConfigError, groups > 0 && inputs % groups == 0 && outputs % groups == 0, "convolution: got ", inputs, " inputs and ",
                outputs, " outputs in ", groups, " groups, want groups that divide both");
    return inputs / groups;
  }
};

/// A transposed convolution of a map `B×(H·W)×I` to a larger one `B×(H'·W')×O`, with its parameters `weight` I×O×k×k and, unless
/// left out, `bias` O, as `torch.nn.ConvTranspose2d`.
template <class B>
struct TransposedConvolution {
  using X = typename B::tensor;

  Window window;
  std::int64_t output_padding;  ///< rows and columns that the result is larger by
  X weight;
  X bias;

  TransposedConvolution(std::int64_t inputs, std::int64_t outputs, Window window_, std::int64_t output_padding_ = 0, bool with_bias = true)
      : window(window_),
        output_padding(output_padding_),
        weight(X::zeros(Shape{inputs, outputs, window.kernel, window.kernel})),
        bias(with_bias ? X::zeros(Shape{outputs}) : X()) {}

  Grid result(Grid map) const { return window.map(map, output_padding); }

  X operator()(const X& x, Grid map) const {
    X y = fold(matmul(x, weight), result(map), window);
    if (bias.empty()) return y;
    return add(std::move(y), bias);
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    visitor(prefix + "weight", weight);
    if (!bias.empty()) visitor(prefix + "bias", bias);
  }
};

}  // namespace vpr
