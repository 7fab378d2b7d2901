// SPDX-License-Identifier: MIT
/// @file
/// From pixels to tokens.
#pragma once

#include <vpr/ops/layout.hpp>
#include <vpr/ops/linear.hpp>

#include <string>

namespace vpr {

/// A convolution whose stride is its kernel: `B×3×H×W` images to `B×(H/p · W/p)×C` tokens, row-major. Its parameters are
/// `proj.weight` C×3×p×p and, unless left out, `proj.bias` C.
template <class B>
struct PatchEmbedding {
  using X = typename B::tensor;

  std::int64_t patch_size;
  typename B::weight weight;
  X bias;

  PatchEmbedding(std::int64_t channels, std::int64_t patch_size_, bool with_bias = true)
      : patch_size(patch_size_),
        weight(B::weight::zeros(Shape{channels, 3, patch_size, patch_size})),
        bias(with_bias ? X::zeros(Shape{channels}) : X()) {}

  /// @throws ShapeError  if H or W is not a positive multiple of the patch size.
  X operator()(const X& image) const { return linear(patches(image, patch_size), weight, bias); }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    visitor(prefix + "proj.weight", weight);
    if (!bias.empty()) visitor(prefix + "proj.bias", bias);
  }
};

}  // namespace vpr
