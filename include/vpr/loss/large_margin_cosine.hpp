// SPDX-License-Identifier: MIT
/// @file
/// The classification loss by which CosPlace and EigenPlaces train.
#pragma once

#include <vpr/core/setting.hpp>
#include <vpr/loss/concept.hpp>
#include <vpr/loss/detail.hpp>
#include <vpr/ops/layout.hpp>
#include <vpr/ops/metric.hpp>

#include <string>

namespace vpr {

struct LargeMarginCosineSettings {
  double scale = 30;    ///< of the cosines, before the softmax; EigenPlaces has 100
  double margin = 0.4;  ///< taken off the cosine of the right class
};

/// Cross entropy of scale · (cos - margin at the right class) over classes of places, in the mean: CosFace's large margin cosine
/// loss (Wang et al., CVPR 2018, eq. 4), cos being that of a descriptor and its class's learned row of `weight`, classes×C. Its
/// parameter is trained as a model's is, by an optimiser of its own. Goldens loss_cosface*.
template <class B>
class LargeMarginCosineLoss {
 public:
  using backend = B;
  using X = typename B::tensor;

  /// The weight is all zero: give it values with `initialise`, or load it.
  /// @throws ConfigError  unless the scale is above 0 and the margin finite and from 0.
  LargeMarginCosineLoss(std::int64_t channels, std::int64_t classes, LargeMarginCosineSettings settings = {})
      : weight_(X::zeros(Shape{classes, channels})), settings_(settings) {
    detail::require_positive_setting("LargeMarginCosineLoss", "scale", settings.scale);
    detail::require_setting("LargeMarginCosineLoss", "margin", settings.margin, 0);
  }

  /// @param classes  which class each descriptor is of, counted from 0
  /// @throws ShapeError  unless descriptors are N×C with a class each, every class being one of the weight's.
  X operator()(const X& descriptors, std::span<const std::int64_t> classes) const {
    const std::int64_t size = detail::batch_size(descriptors, "LargeMarginCosineLoss"), count = weight_.shape()[0];
    VPR_REQUIRE(ShapeError, size == static_cast<std::int64_t>(classes.size()), "LargeMarginCosineLoss: got ", size, " descriptors and ",
                classes.size(), " classes, want one class a descriptor");
    std::vector<float> right(static_cast<std::size_t>(size * count));
    for (std::size_t i = 0; i < classes.size(); ++i) {
      VPR_REQUIRE(ShapeError, 0 <= classes[i] && classes[i] < count, "LargeMarginCosineLoss: got class ", classes[i], ", want one in [0, ",
                  count, ")");
      right[i * static_cast<std::size_t>(count) + static_cast<std::size_t>(classes[i])] = 1;
    }
    const X cosines = linear(l2_normalize(descriptors), l2_normalize(weight_), X()), chosen = detail::constant<X>(cosines.shape(), right);
    const X logits =
        detail::affine(add_scaled(cosines, chosen, static_cast<typename X::value_type>(-settings_.margin)), settings_.scale, 0);
    const double share = size == 0 ? 0 : 1 / static_cast<double>(size);
    for (float& weight : right) weight *= static_cast<float>(-share);
    const X all = detail::weighted_sum(log_sum_exp(logits, detail::constant<X>(logits.shape(), 1)), share);
    return add(all, detail::weighted_sum(reshape(logits, Shape{size * count}), right));
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    visitor(prefix + "weight", weight_);
  }

 private:
  X weight_;
  LargeMarginCosineSettings settings_;
};

}  // namespace vpr
