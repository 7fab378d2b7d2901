// SPDX-License-Identifier: MIT
/// @file
/// Triplet losses.
#pragma once

#include <vpr/core/setting.hpp>
#include <vpr/loss/concept.hpp>
#include <vpr/loss/detail.hpp>
#include <vpr/ops/activation.hpp>
#include <vpr/ops/gather.hpp>
#include <vpr/ops/metric.hpp>

namespace vpr {

/// How the losses of many pairs or triplets become one number.
enum class Reduction { sum, mean };

struct TripletSettings {
  double margin = 0.1;
  Reduction reduction = Reduction::sum;
  double eps = 1e-6;  ///< added to every difference before its length is taken, as PyTorch does
};

/// Σ max(0, ‖a - p + eps‖ - ‖a - n + eps‖ + margin) over triplets of an anchor, a positive and a negative, or their mean (Schroff et
/// al., CVPR 2015, eq. 2, without the squares): `torch.nn.TripletMarginLoss`, by which SelaVPR and NetVLAD train. Descriptors are
/// taken as they are. Goldens loss_triplet*.
class TripletLoss {
 public:
  /// @throws ConfigError  unless margin and eps are finite and from 0.
  explicit TripletLoss(TripletSettings settings = {}) : settings_(settings) {
    detail::require_setting("TripletLoss", "margin", settings.margin, 0);
    detail::require_setting("TripletLoss", "eps", settings.eps, 0);
  }

  /// Rows of the three `M×C` are the triplets; none gives 0.
  /// @throws ShapeError  unless the three are of one shape.
  template <TensorLike X>
  X operator()(const X& anchor, const X& positive, const X& negative) const {
    const Shape& shape = anchor.shape();
    VPR_REQUIRE(ShapeError, shape.rank() == 2 && positive.shape() == shape && negative.shape() == shape, "TripletLoss: got anchor ", shape,
                ", positive ", positive.shape(), " and negative ", negative.shape(), ", want three of [triplets, channels]");
    const X near = detail::difference_norms(anchor, positive, settings_.eps),
            far = detail::difference_norms(anchor, negative, settings_.eps);
    const X losses = relu(detail::affine(add_scaled(near, far, -1), 1, settings_.margin));
    return detail::weighted_sum(losses, settings_.reduction == Reduction::sum || shape[0] == 0 ? 1 : 1 / static_cast<double>(shape[0]));
  }

 private:
  TripletSettings settings_;
};

/// max(0, ‖a - p‖ - ‖a - n‖ + margin) of every triplet that a batch's places make, descriptors at unit length, in the mean over
/// those above 0: pytorch-metric-learning's `TripletMarginLoss` with all triplets of an anchor. Golden loss_pml_triplet.
class BatchTripletLoss {
 public:
  /// @throws ConfigError  unless the margin is finite and from 0.
  explicit BatchTripletLoss(double margin = 0.1) : margin_(margin) { detail::require_setting("BatchTripletLoss", "margin", margin, 0); }

  /// @throws ShapeError  unless descriptors are N×C with a place each.
  template <TensorLike X>
  X operator()(const X& descriptors, std::span<const std::int64_t> places) const {
    const std::int64_t size = detail::batch_size(descriptors, "BatchTripletLoss");
    detail::require_place_each(size, places.size(), "BatchTripletLoss");
    std::vector<std::int64_t> near, far;  // positions of distances
    const auto alike = [&](std::int64_t a, std::int64_t b) {
      return places[static_cast<std::size_t>(a)] == places[static_cast<std::size_t>(b)];
    };
    for (std::int64_t a = 0; a < size; ++a) {
      for (std::int64_t p = 0; p < size; ++p) {
        if (p == a || !alike(a, p)) continue;
        for (std::int64_t n = 0; n < size; ++n) {
          if (alike(a, n)) continue;
          near.push_back(a * size + p);
          far.push_back(a * size + n);
        }
      }
    }
    if (near.empty()) return detail::nothing(descriptors);
    const X rows = l2_normalize(descriptors);
    const X lengths = reshape(distances(rows, rows), Shape{size * size});
    const X losses = relu(detail::affine(add_scaled(gather(lengths, near), gather(lengths, far), -1), 1, margin_));
    return detail::mean_of_positive(losses, std::vector<float>(near.size(), 1));
  }

 private:
  double margin_;
};

}  // namespace vpr
