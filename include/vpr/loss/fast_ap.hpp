// SPDX-License-Identifier: MIT
/// @file
/// FastAP: average precision as a loss.
#pragma once

#include <vpr/loss/concept.hpp>
#include <vpr/loss/detail.hpp>
#include <vpr/ops/activation.hpp>
#include <vpr/ops/metric.hpp>

#include <algorithm>

namespace vpr {

/// 1 - Σ_b h⁺_b H⁺_b / (H_b N⁺) of each anchor that has positives, in the mean over them: the average precision of ranking the batch
/// by distance, made smooth by soft histograms (Cakir et al., CVPR 2019, eq. 7). h⁺_b is how many of the anchor's N⁺ positives
/// fall into bin b of the squared distance in [0, 4], H⁺_b and H_b are the sums up to b of h⁺ and of all photos. Golden loss_fastap.
class FastApLoss {
 public:
  explicit FastApLoss(int bins = 10) : bins_(bins) {
    VPR_REQUIRE(ConfigError, bins >= 1, "FastApLoss: got ", bins, " bins, want one at least");
  }

  /// @throws ShapeError  unless descriptors are N×C with a place each.
  template <TensorLike X>
  X operator()(const X& descriptors, std::span<const std::int64_t> places) const {
    const std::int64_t size = detail::batch_size(descriptors, "FastApLoss");
    detail::require_place_each(size, places.size(), "FastApLoss");
    const Pairs pairs = AllPairs::of(places);
    const std::vector<float> positives = detail::pairs_of_anchors(pairs.positive, size);
    const auto anchors = static_cast<double>(std::count_if(positives.begin(), positives.end(), [](float count) { return count > 0; }));
    if (anchors == 0) return detail::nothing(descriptors);

    const X rows = l2_normalize(descriptors), lengths = distances(rows, rows), squares = multiply(lengths, lengths);
    std::vector<float> alike = detail::mask_of(pairs.positive, size), others(alike.size(), 1);
    for (std::int64_t i = 0; i < size; ++i) others[static_cast<std::size_t>(i * size + i)] = 0;
    const X of_positives = detail::constant<X>(squares.shape(), alike), of_all = detail::constant<X>(squares.shape(), others);
    const X ones = detail::constant<X>(Shape{1, size}, 1);
    std::vector<float> shares;
    for (const float count : positives) shares.push_back(count > 0 ? static_cast<float>(-1 / (anchors * count)) : 0.0F);

    X positives_so_far = detail::constant<X>(Shape{size, 1}, 0), all_so_far = positives_so_far;
    X loss = detail::constant<X>(Shape{1}, 1);
    for (int bin = 0; bin <= bins_; ++bin) {
      const X place = detail::affine(squares, bins_ / 4.0, -bin), apart = add(relu(place), relu(detail::affine(place, -1, 0)));
      const X pulse = relu(detail::affine(apart, -1, 1));
      const X found = linear(multiply(pulse, of_positives), ones, X());
      positives_so_far = add(positives_so_far, found);
      all_so_far = add(all_so_far, linear(multiply(pulse, of_all), ones, X()));
      std::vector<float> empty;  // where nothing was found so far, 0 is divided by 1
      for (const float count : all_so_far.to_vector()) empty.push_back(count > 0 ? 0.0F : 1.0F);
      const X precision = divide(multiply(found, positives_so_far), add(all_so_far, detail::constant<X>(Shape{size, 1}, empty)));
      loss = add(loss, detail::weighted_sum(reshape(precision, Shape{size}), shares));
    }
    return loss;
  }

 private:
  int bins_;
};

}  // namespace vpr
