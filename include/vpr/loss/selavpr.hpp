// SPDX-License-Identifier: MIT
/// @file
/// The loss that trains SelaVPR's two adaptations together.
#pragma once

#include <vpr/loss/hard_triplets.hpp>
#include <vpr/loss/local_mutual.hpp>
#include <vpr/loss/triplet.hpp>

#include <span>

namespace vpr {

/// The triplet loss of descriptors plus the mutual-nearest-neighbour loss of local features, over the triplets' number (Lu et al.,
/// ICLR 2024, eq. 10).
class SelaVprLoss {
 public:
  /// @throws ConfigError  unless the margin is finite and from 0.
  explicit SelaVprLoss(double margin = 0.1, HardTriplets miner = {}) : triplet_({.margin = margin}), miner_(miner) {}

  /// @param descriptors  `N×C`
  /// @param local        `N×M×D`, at unit length
  /// @param triplets     positions in the batch
  /// @throws ShapeError  for other shapes.
  template <TensorLike X>
  X operator()(const X& descriptors, const X& local, const Triplets& triplets) const {
    if (triplets.anchor.empty()) return detail::nothing(descriptors);
    const auto of = [&](const X& x, const std::vector<std::int64_t>& rows) { return gather(x, rows); };
    const X global = triplet_(of(descriptors, triplets.anchor), of(descriptors, triplets.positive), of(descriptors, triplets.negative));
    const X near = local_(of(local, triplets.anchor), of(local, triplets.positive), of(local, triplets.negative));
    return detail::affine(add(global, near), 1 / static_cast<double>(triplets.anchor.size()), 0);
  }

  /// The same with triplets mined from the batch: see `HardTriplets`.
  template <TensorLike X>
  X operator()(const X& descriptors, const X& local, std::span<const std::int64_t> places) const {
    const std::vector<float> values = descriptors.to_vector();
    const Shape& shape = descriptors.shape();
    return (*this)(descriptors, local, miner_(Rows(values.data(), shape[0], shape.last()), places));
  }

 private:
  TripletLoss triplet_;
  LocalMutualLoss local_;
  HardTriplets miner_;
};

}  // namespace vpr
