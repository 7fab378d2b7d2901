// SPDX-License-Identifier: MIT
/// @file
/// A learned linear map behind an aggregator.
#pragma once

#include <vpr/aggregator/concept.hpp>
#include <vpr/ops/linear.hpp>
#include <vpr/ops/normalization.hpp>

#include <string>
#include <utility>

namespace vpr {

/// Where the parameters lie, beside the prefix they are asked under, and whether the matrix is shaped as a 1×1 convolution's weight.
struct ProjectionNames {
  std::string inner = "pool.";
  std::string projection = "WPCA.0.";
  bool as_convolution = true;
};

/// Another aggregator's descriptor through a linear map with bias, at unit length: a PCA that is kept with the network, with whitening
/// in its matrix, as NetVLAD's (Arandjelović et al., CVPR 2016, section 4). The names are Patch-NetVLAD's unless others are given.
template <Aggregator A>
class Projected {
 public:
  using backend = typename A::backend;
  using X = typename backend::tensor;

  A inner;

  Projected(A aggregator, std::int64_t channels, std::int64_t outputs, ProjectionNames names = {})
      : inner(std::move(aggregator)),
        names_(std::move(names)),
        weight_(backend::weight::zeros(names_.as_convolution ? Shape{outputs, inner.dimensions(channels), 1, 1}
                                                             : Shape{outputs, inner.dimensions(channels)})),
        bias_(X::zeros(Shape{outputs})) {}

  std::int64_t dimensions(std::int64_t) const { return bias_.shape()[0]; }
  X operator()(const Features<X>& features) const { return projected(inner(features)); }
  bool needs_class_token() const { return vpr::needs_class_token(inner); }
  void require_grid(Grid grid) const { vpr::require_grid(inner, grid); }
  /// What becomes of the other's descriptors, `…×I` to `…×O`.
  X projected(const X& descriptors) const { return l2_normalize(linear(descriptors, weight_, bias_)); }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    inner.visit(visitor, prefix + names_.inner);
    visitor(prefix + names_.projection + "weight", weight_);
    visitor(prefix + names_.projection + "bias", bias_);
  }

 private:
  ProjectionNames names_;
  typename backend::weight weight_;
  X bias_;
};

}  // namespace vpr
