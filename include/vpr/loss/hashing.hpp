// SPDX-License-Identifier: MIT
/// @file
/// The loss of descriptors of which only the signs are kept.
#pragma once

#include <vpr/loss/multi_similarity.hpp>
#include <vpr/ops/activation.hpp>

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace vpr {

/// What SelaVPR++ trains its hash by (Lu et al., TPAMI 2025): of descriptors z `N×D` at unit length, before their
/// signs s, the multi-similarity loss of s, whose gradient passes straight through to z, and `weight` times the mean over the mined pairs
/// of (z_i · z_j - s_i · s_j / D)², which holds the signs to what the values say.
template <Miner M = MultiSimilarityMiner>
class HashingLoss {
 public:
  /// @throws ConfigError  unless the weight is finite and from 0.
  explicit HashingLoss(double weight = 0.1, MultiSimilarityLoss<M> similarity = MultiSimilarityLoss<M>())
      : weight_(weight), similarity_(std::move(similarity)) {
    detail::require_setting("HashingLoss", "weight", weight, 0);
  }

  /// @throws ShapeError  unless descriptors are N×D with a place each.
  template <TensorLike X>
  X operator()(const X& descriptors, std::span<const std::int64_t> places) const {
    const std::int64_t size = detail::batch_size(descriptors, "HashingLoss");
    const X signs = sign(descriptors);
    const Pairs pairs = detail::mined(similarity_.miner(), signs, places);
    const double bits = static_cast<double>(descriptors.shape()[1]);
    const X by_values = detail::similarities(descriptors, false);
    const X gap = add_scaled(by_values, detail::similarities(signs, false), static_cast<typename X::value_type>(-1 / bits));
    std::vector<float> mask = detail::mask_of(pairs.positive, size);
    const std::vector<float> negative = detail::mask_of(pairs.negative, size);
    const auto count = static_cast<float>(std::max<std::size_t>(1, pairs.positive.size() + pairs.negative.size()));
    for (std::size_t i = 0; i < mask.size(); ++i) mask[i] = (mask[i] + negative[i]) * static_cast<float>(weight_) / count;
    const X squares = reshape(multiply(gap, gap), Shape{size * size});
    return add(similarity_(signs, pairs), detail::weighted_sum(squares, mask));
  }

 private:
  double weight_;
  MultiSimilarityLoss<M> similarity_;
};

}  // namespace vpr
