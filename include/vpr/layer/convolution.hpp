// SPDX-License-Identifier: MIT
/// @file
/// Learned convolutions over maps of tokens.
#pragma once

#include <vpr/ops/arithmetic.hpp>
#include <vpr/ops/layout.hpp>
#include <vpr/ops/linear.hpp>
#include <vpr/ops/maps.hpp>
#include <vpr/ops/product.hpp>

#include <string>
#include <utility>

namespace vpr {

/// A convolution of a map `B×(H·W)×I` to `B×(H'·W')×O`, with its parameters `weight` O×I×k×k and, unless left out, `bias` O, as
/// `torch.nn.Conv2d`.
template <class B>
struct Convolution {
  using X = typename B::tensor;

  Window window;
  typename B::weight weight;
  X bias;

  Convolution(std::int64_t inputs, std::int64_t outputs, Window window_ = {}, bool with_bias = true)
      : window(window_),
        weight(B::weight::zeros(Shape{outputs, inputs, window.kernel, window.kernel})),
        bias(with_bias ? X::zeros(Shape{outputs}) : X()) {}

  /// @param epilogue  what follows, but for the bias
  X operator()(const X& x, Grid map, Epilogue<X> epilogue = {}) const {
    epilogue.bias = &bias;
    const bool one_by_one = window.kernel == 1 && window.stride == 1 && window.padding == 0;
    return one_by_one ? linear(x, weight, std::move(epilogue)) : linear(windows(x, map, window), weight, std::move(epilogue));
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    visitor(prefix + "weight", weight);
    if (!bias.empty()) visitor(prefix + "bias", bias);
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
