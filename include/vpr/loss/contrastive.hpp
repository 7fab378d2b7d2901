// SPDX-License-Identifier: MIT
/// @file
/// Contrastive losses.
#pragma once

#include <vpr/core/finite.hpp>
#include <vpr/core/setting.hpp>
#include <vpr/loss/concept.hpp>
#include <vpr/loss/detail.hpp>
#include <vpr/ops/activation.hpp>
#include <vpr/ops/metric.hpp>

#include <utility>

namespace vpr {

struct ContrastiveSettings {
  double positive_margin = 0;  ///< positives at most this far apart cost nothing
  double negative_margin = 1;  ///< nor do negatives at least this far apart
};

/// max(0, d - positive margin) of the positive pairs and max(0, negative margin - d) of the negative ones, d being the distance of
/// descriptors at unit length, each in the mean over the pairs that cost something, then added: pytorch-metric-learning's
/// `ContrastiveLoss` (after Hadsell et al., CVPR 2006). Golden loss_contrastive.
template <Miner M = AllPairs>
class ContrastiveLoss {
 public:
  /// @throws ConfigError  unless both margins are finite and from 0.
  explicit ContrastiveLoss(ContrastiveSettings settings = {}, M miner = {}) : settings_(settings), miner_(std::move(miner)) {
    detail::require_setting("ContrastiveLoss", "positive margin", settings.positive_margin, 0);
    detail::require_setting("ContrastiveLoss", "negative margin", settings.negative_margin, 0);
  }

  /// @throws ShapeError  unless descriptors are N×C with a place each.
  template <TensorLike X>
  X operator()(const X& descriptors, std::span<const std::int64_t> places) const {
    detail::batch_size(descriptors, "ContrastiveLoss");
    return (*this)(descriptors, detail::mined(miner_, descriptors, places));
  }

  /// The loss of given pairs.
  template <TensorLike X>
  X operator()(const X& descriptors, const Pairs& pairs) const {
    const std::int64_t size = detail::batch_size(descriptors, "ContrastiveLoss");
    const X rows = l2_normalize(descriptors);
    const X lengths = reshape(distances(rows, rows), Shape{size * size});
    const X positive = relu(detail::affine(lengths, 1, -settings_.positive_margin)),
            negative = relu(detail::affine(lengths, -1, settings_.negative_margin));
    const X near = detail::mean_of_positive(positive, detail::mask_of(pairs.positive, size));
    return add(near, detail::mean_of_positive(negative, detail::mask_of(pairs.negative, size)));
  }

 private:
  ContrastiveSettings settings_;
  M miner_;
};

struct GeneralisedContrastiveSettings {
  double margin = 0.5;
  double eps = 1e-6;  ///< added to every difference before its length is taken, as the authors do
};

/// The mean of ψ/2 d² + (1 - ψ)/2 max(0, margin - d)² over pairs of descriptors with a graded likeness ψ in [0, 1], such as the
/// overlap of what two photos see; d = ‖a - b + eps‖ (Leyva-Vallina et al., CVPR 2023, eq. 2). Goldens loss_gcl*.
class GeneralisedContrastiveLoss {
 public:
  /// @throws ConfigError  unless margin and eps are finite and from 0.
  explicit GeneralisedContrastiveLoss(GeneralisedContrastiveSettings settings = {}) : settings_(settings) {
    detail::require_setting("GeneralisedContrastiveLoss", "margin", settings.margin, 0);
    detail::require_setting("GeneralisedContrastiveLoss", "eps", settings.eps, 0);
  }

  /// The loss of each of the pairs that the rows of a and b, `M×C`, make: `M`.
  /// @throws ShapeError  unless both are of that shape, with a likeness each; ConfigError for a likeness outside [0, 1].
  template <TensorLike X>
  X of_pairs(const X& a, const X& b, std::span<const float> likeness) const {
    VPR_REQUIRE(ShapeError, a.shape().rank() == 2 && a.shape() == b.shape() && a.shape()[0] == static_cast<std::int64_t>(likeness.size()),
                "GeneralisedContrastiveLoss: got a ", a.shape(), ", b ", b.shape(), " and ", likeness.size(),
                " likenesses, want two of [pairs, channels] and a likeness a pair");
    std::vector<float> half, other;
    for (const float psi : likeness) {
      VPR_REQUIRE(ConfigError, is_finite(psi) && psi >= 0 && psi <= 1, "GeneralisedContrastiveLoss: got a likeness of ", psi,
                  ", want one in [0, 1]");
      half.push_back(psi / 2);
      other.push_back((1 - psi) / 2);
    }
    const X d = detail::difference_norms(a, b, settings_.eps), short_of = relu(detail::affine(d, -1, settings_.margin));
    const X near = multiply(multiply(d, d), detail::constant<X>(d.shape(), half));
    return add(near, multiply(multiply(short_of, short_of), detail::constant<X>(d.shape(), other)));
  }

  template <TensorLike X>
  X operator()(const X& a, const X& b, std::span<const float> likeness) const {
    return detail::weighted_sum(of_pairs(a, b, likeness), likeness.empty() ? 0 : 1 / static_cast<double>(likeness.size()));
  }

 private:
  GeneralisedContrastiveSettings settings_;
};

}  // namespace vpr
