// SPDX-License-Identifier: MIT
/// @file
/// A learned layer normalisation.
#pragma once

#include <vpr/ops/normalization.hpp>

#include <string>
#include <utility>

namespace vpr {

/// `layer_norm` over the channels with its parameters `weight` and `bias` C, as `torch.nn.LayerNorm`.
template <class B>
struct LayerNorm {
  using X = typename B::tensor;

  X weight, bias;
  typename B::value eps;

  LayerNorm(std::int64_t channels, typename B::value eps_)
      : weight(X::full(Shape{channels}, 1)), bias(X::zeros(Shape{channels})), eps(eps_) {}

  X operator()(X x) const { return layer_norm(std::move(x), weight, bias, eps); }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    visitor(prefix + "weight", weight);
    visitor(prefix + "bias", bias);
  }
};

}  // namespace vpr
