// SPDX-License-Identifier: MIT
/// @file
/// Losses that separate an anchor's positives from its negatives by a softmax over cosines.
#pragma once

#include <vpr/core/setting.hpp>
#include <vpr/loss/concept.hpp>
#include <vpr/loss/detail.hpp>
#include <vpr/ops/gather.hpp>
#include <vpr/ops/layout.hpp>
#include <vpr/ops/metric.hpp>

namespace vpr {
namespace detail {

inline void require_temperature(double temperature, const char* loss) {
  VPR_REQUIRE(ConfigError, is_positive_setting(temperature), loss, ": got a temperature of ", temperature, ", want one above 0");
}

}  // namespace detail

/// The mean over all positive pairs (a, p) of -log(exp(S_ap/τ) / (exp(S_ap/τ) + Σ_n exp(S_an/τ))), S being cosines and n the
/// anchor's negatives (van den Oord et al. 2018; Chen et al., ICML 2020, eq. 1): pytorch-metric-learning's `NTXentLoss`. A pair whose
/// anchor has no negative counts, with 0. Golden loss_ntxent.
class NtXentLoss {
 public:
  explicit NtXentLoss(double temperature = 0.07) : temperature_(temperature) { detail::require_temperature(temperature, "NtXentLoss"); }

  /// @throws ShapeError  unless descriptors are N×C with a place each.
  template <TensorLike X>
  X operator()(const X& descriptors, std::span<const std::int64_t> places) const {
    const std::int64_t size = detail::batch_size(descriptors, "NtXentLoss");
    detail::require_place_each(size, places.size(), "NtXentLoss");
    const Pairs pairs = AllPairs::of(places);
    if (pairs.positive.empty()) return detail::nothing(descriptors);
    std::vector<std::int64_t> anchors, positions;
    std::vector<float> shares;
    const std::vector<float> negatives = detail::pairs_of_anchors(pairs.negative, size);
    for (const auto& [anchor, other] : pairs.positive) {
      anchors.push_back(anchor);
      positions.push_back(anchor * size + other);
      shares.push_back(negatives[static_cast<std::size_t>(anchor)] > 0 ? 1 / static_cast<float>(pairs.positive.size()) : 0);
    }
    const X similarity = detail::affine(detail::similarities(descriptors), 1 / temperature_, 0);
    const X rivals = log_sum_exp(similarity, detail::constant<X>(similarity.shape(), detail::mask_of(pairs.negative, size)));
    const X positive = gather(reshape(similarity, Shape{size * size}), positions);
    return detail::weighted_sum(detail::softplus(add_scaled(gather(rivals, anchors), positive, -1)), shares);
  }

 private:
  double temperature_;
};

/// For each anchor log Σ_b exp(S_ab/τ) over all others minus the mean of S_ap/τ over its positives (Khosla et al., NeurIPS 2020,
/// eq. 2), S being cosines, in the mean over the anchors that have positives and a loss above 0: pytorch-metric-learning's
/// `SupConLoss`. A batch without positive or without negative pairs gives 0. Golden loss_supcon.
class SupConLoss {
 public:
  explicit SupConLoss(double temperature = 0.07) : temperature_(temperature) { detail::require_temperature(temperature, "SupConLoss"); }

  /// @throws ShapeError  unless descriptors are N×C with a place each.
  template <TensorLike X>
  X operator()(const X& descriptors, std::span<const std::int64_t> places) const {
    const std::int64_t size = detail::batch_size(descriptors, "SupConLoss");
    detail::require_place_each(size, places.size(), "SupConLoss");
    const Pairs pairs = AllPairs::of(places);
    if (pairs.positive.empty() || pairs.negative.empty()) return detail::nothing(descriptors);
    const std::vector<float> positives = detail::pairs_of_anchors(pairs.positive, size);
    std::vector<float> others(static_cast<std::size_t>(size * size), 1), shares(others.size()), has_positive;
    for (std::int64_t i = 0; i < size; ++i) others[static_cast<std::size_t>(i * size + i)] = 0;
    for (const auto& [anchor, other] : pairs.positive) {
      shares[static_cast<std::size_t>(anchor * size + other)] = 1 / positives[static_cast<std::size_t>(anchor)];
    }
    for (const float count : positives) has_positive.push_back(count > 0);
    const X similarity = detail::affine(detail::similarities(descriptors), 1 / temperature_, 0);
    const X all = log_sum_exp(similarity, detail::constant<X>(similarity.shape(), others));
    const X shared = multiply(similarity, detail::constant<X>(similarity.shape(), shares));
    const X positive = reshape(linear(shared, detail::constant<X>(Shape{1, size}, 1), X()), Shape{size});
    return detail::mean_of_positive(add_scaled(all, positive, -1), has_positive);
  }

 private:
  double temperature_;
};

}  // namespace vpr
