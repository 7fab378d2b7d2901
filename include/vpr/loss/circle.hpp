// SPDX-License-Identifier: MIT
/// @file
/// Circle loss.
#pragma once

#include <vpr/core/setting.hpp>
#include <vpr/loss/concept.hpp>
#include <vpr/loss/detail.hpp>
#include <vpr/ops/metric.hpp>

#include <algorithm>

namespace vpr {

struct CircleSettings {
  double margin = 0.4;
  double scale = 80;  ///< γ
};

/// log(1 + Σ_n exp(γ [S_an + m]₊ (S_an - m)) · Σ_p exp(-γ [1 + m - S_ap]₊ (S_ap - 1 + m))) of each anchor that has positives p and
/// negatives n, S being cosines (Sun et al., CVPR 2020, eq. 6), in the mean over those above 0: pytorch-metric-learning's
/// `CircleLoss`. Golden loss_circle.
///
/// The factors in brackets weigh the pairs and are constants of the gradient, as the authors have it.
class CircleLoss {
 public:
  /// @throws ConfigError  unless the margin is finite and the scale above 0.
  explicit CircleLoss(CircleSettings settings = {}) : settings_(settings) {
    detail::require_setting("CircleLoss", "margin", settings.margin);
    detail::require_positive_setting("CircleLoss", "scale", settings.scale);
  }

  /// @throws ShapeError  unless descriptors are N×C with a place each.
  template <TensorLike X>
  X operator()(const X& descriptors, std::span<const std::int64_t> places) const {
    const std::int64_t size = detail::batch_size(descriptors, "CircleLoss");
    detail::require_place_each(size, places.size(), "CircleLoss");
    const Pairs pairs = AllPairs::of(places);
    const X similarity = detail::similarities(descriptors);
    const std::vector<float> values = similarity.to_vector();
    const auto m = static_cast<float>(settings_.margin), scale = static_cast<float>(settings_.scale);

    std::vector<float> factors(values.size()), offsets(values.size()), whole(static_cast<std::size_t>(size));
    const auto weigh = [&](const Pair& pair, float sign, float optimum, float border) {
      const auto i = static_cast<std::size_t>(pair.anchor * size + pair.other);
      factors[i] = sign * scale * std::max(sign * (values[i] - optimum), 0.0F);
      offsets[i] = -border;
    };
    for (const Pair& pair : pairs.positive) weigh(pair, -1, 1 + m, 1 - m);
    for (const Pair& pair : pairs.negative) weigh(pair, 1, -m, m);
    const std::vector<float> positives = detail::pairs_of_anchors(pairs.positive, size),
                             negatives = detail::pairs_of_anchors(pairs.negative, size);
    for (std::size_t a = 0; a < whole.size(); ++a) whole[a] = positives[a] > 0 && negatives[a] > 0;

    const Shape& shape = similarity.shape();
    const X exponents = multiply(add(similarity, detail::constant<X>(shape, offsets)), detail::constant<X>(shape, factors));
    const X positive = log_sum_exp(exponents, detail::constant<X>(shape, detail::mask_of(pairs.positive, size)));
    const X negative = log_sum_exp(exponents, detail::constant<X>(shape, detail::mask_of(pairs.negative, size)));
    return detail::mean_of_positive(detail::softplus(add(positive, negative)), whole);
  }

 private:
  CircleSettings settings_;
};

}  // namespace vpr
