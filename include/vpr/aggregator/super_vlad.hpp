// SPDX-License-Identifier: MIT
/// @file
/// SuperVLAD: VLAD without centroids, with ghost clusters.
#pragma once

#include <vpr/aggregator/concept.hpp>
#include <vpr/backend/cpu.hpp>
#include <vpr/ops/layout.hpp>
#include <vpr/ops/linear.hpp>
#include <vpr/ops/normalization.hpp>
#include <vpr/ops/product.hpp>

#include <string>

namespace vpr {

struct SuperVladSettings {
  std::int64_t channels = 768;
  std::int64_t clusters = 4;  ///< K
  std::int64_t ghosts = 1;    ///< G; 0: every patch goes to the clusters
  bool unit_tokens = true;    ///< bring each patch to unit length first

  /// The published 1-cluster VLAD: 768 dimensions of ViT-B.
  constexpr SuperVladSettings of_one_cluster() const {
    SuperVladSettings settings = *this;
    settings.clusters = 1;
    settings.ghosts = 2;
    return settings;
  }
};

/// SuperVLAD (Lu et al., NeurIPS 2024): patches are shared out by a softmax of learned scores to K clusters and G ghost
/// clusters, which take those that are not informative of the place; a cluster's vector is the sum of its shares of the patches, with no centroid
/// subtracted. Each is brought to unit length, then all of them together. D = K · C. Its parameter is `conv.weight` (K + G)×C×1×1, the ghosts
/// last. Goldens supervlad_*.
template <class B = Cpu<f32>>
class SuperVlad {
 public:
  using backend = B;
  using X = typename B::tensor;

  /// @throws ConfigError  for sizes that are not positive; only the ghosts may be 0.
  explicit SuperVlad(const SuperVladSettings& settings = {})
      : settings_(validated(settings)), scores_(B::weight::zeros(Shape{settings.clusters + settings.ghosts, settings.channels, 1, 1})) {}

  std::int64_t dimensions(std::int64_t channels) const { return Shape{settings_.clusters, channels}.elements(); }

  /// @throws ShapeError  if the features have other channels.
  X operator()(const Features<X>& features) const {
    const X sums = cluster_sums(features);
    return l2_normalize(reshape(sums, Shape{sums.shape()[0], sums.shape()[1] * sums.shape()[2]}));
  }

  /// One vector a cluster, `B×K×C`: the descriptor, cut into its clusters.
  X regions(const Features<X>& features) const {
    const Shape shape{features.patches.shape()[0], settings_.clusters, features.patches.shape()[2]};
    return reshape((*this)(features), shape);
  }

  /// How well each patch fits each cluster and, last, each ghost: `B×N×(K + G)`.
  X scores(const Features<X>& features) const { return linear(tokens(features), scores_); }
  /// How much of each patch goes to them: rows summing to 1.
  X assignment(const Features<X>& features) const { return softmax(scores(features)); }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    visitor(prefix + "conv.weight", scores_);
  }

 private:
  static const SuperVladSettings& validated(const SuperVladSettings& settings) {
    VPR_REQUIRE(ConfigError, settings.channels > 0 && settings.clusters > 0 && settings.ghosts >= 0, "SuperVLAD: got ", settings.channels,
                " channels, ", settings.clusters, " clusters and ", settings.ghosts,
                " ghost clusters, want positive sizes; only the ghosts may be 0");
    return settings;
  }

  X tokens(const Features<X>& features) const { return settings_.unit_tokens ? l2_normalize(features.patches) : features.patches; }

  X cluster_sums(const Features<X>& features) const {
    const X all = tokens(features);
    const X shares = slice(softmax(linear(all, scores_)), 2, 0, settings_.clusters);
    return l2_normalize(matmul(shares, all, Product::atb));
  }

  SuperVladSettings settings_;
  typename B::weight scores_;
};

}  // namespace vpr
