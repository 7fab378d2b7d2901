// SPDX-License-Identifier: MIT
/// @file
/// The multi-similarity loss, by which SALAD and CricaVPR train.
#pragma once

#include <vpr/core/setting.hpp>
#include <vpr/loss/concept.hpp>
#include <vpr/loss/detail.hpp>
#include <vpr/loss/multi_similarity_miner.hpp>
#include <vpr/ops/metric.hpp>

#include <cmath>
#include <utility>

namespace vpr {

struct MultiSimilaritySettings {
  double alpha = 1;       ///< how sharply positives count that are less similar than `base`
  double beta = 50;       ///< how sharply negatives count that are more similar
  double base = 0;        ///< λ
  bool normalise = true;  ///< compare by cosine; otherwise by the raw inner product
};

/// The mean over all anchors a of 1/α log(1 + Σ_p exp(-α (S_ap - λ))) + 1/β log(1 + Σ_n exp(β (S_an - λ))) over the mined positives
/// p and negatives n of each (Wang et al., CVPR 2019, eq. 10). An anchor for which nothing was mined counts in the mean, with 0.
/// Goldens loss_ms_*.
///
/// As in pytorch-metric-learning, which the systems were trained with, the loss is 0 where there is at most one positive and at most
/// one negative pair. The largest exponent is taken out, so that any similarity is safe.
template <Miner M = MultiSimilarityMiner>
class MultiSimilarityLoss {
 public:
  /// @throws ConfigError  unless α and β are above 0 and the base is finite.
  explicit MultiSimilarityLoss(MultiSimilaritySettings settings = {}, M miner = {}) : settings_(settings), miner_(std::move(miner)) {
    VPR_REQUIRE(ConfigError, detail::is_positive_setting(settings.alpha) && detail::is_positive_setting(settings.beta),
                "MultiSimilarityLoss: got alpha ", settings.alpha, " and beta ", settings.beta, ", want both above 0");
    detail::require_setting("MultiSimilarityLoss", "base", settings.base);
  }

  /// @throws ShapeError  unless descriptors are N×C with a place each.
  template <TensorLike X>
  X operator()(const X& descriptors, std::span<const std::int64_t> places) const {
    detail::batch_size(descriptors, "MultiSimilarityLoss");
    return (*this)(descriptors, detail::mined(miner_, descriptors, places));
  }

  /// The loss of given pairs. A pair listed twice counts once.
  template <TensorLike X>
  X operator()(const X& descriptors, const Pairs& pairs) const {
    const std::int64_t size = detail::batch_size(descriptors, "MultiSimilarityLoss");
    const bool too_few = pairs.positive.size() <= 1 && pairs.negative.size() <= 1;
    const X similarity = detail::similarities(descriptors, settings_.normalise);
    const auto part = [&](const std::vector<Pair>& chosen, double sharpness) {
      const X mask = detail::constant<X>(Shape{size, size}, detail::mask_of(too_few ? std::vector<Pair>() : chosen, size));
      const X each = log_sum_exp(detail::affine(similarity, sharpness, -sharpness * settings_.base), mask, true);
      return detail::weighted_sum(each, 1 / (std::abs(sharpness) * static_cast<double>(size)));
    };
    const X positive = part(pairs.positive, -settings_.alpha), negative = part(pairs.negative, settings_.beta);
    return add(positive, negative);
  }

  const M& miner() const& { return miner_; }
  void miner() const&& = delete;

 private:
  MultiSimilaritySettings settings_;
  M miner_;
};

}  // namespace vpr
