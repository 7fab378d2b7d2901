// SPDX-License-Identifier: MIT
/// @file
/// SelaVPR's loss of local features.
#pragma once

#include <vpr/loss/concept.hpp>
#include <vpr/loss/detail.hpp>
#include <vpr/matcher/mutual_nearest.hpp>
#include <vpr/ops/activation.hpp>
#include <vpr/ops/gather.hpp>
#include <vpr/ops/layout.hpp>

namespace vpr {

/// Σ max(0, s(anchor, negative) - s(anchor, positive)) over triplets of photos, s being the mean inner product of the local features
/// that choose each other as nearest (Lu et al., ICLR 2024, eq. 9). Goldens loss_sela_local*.
///
/// As in the authors' code, two photos with exactly one such pair are compared position by position instead. Which features choose
/// each other is a constant of the gradient.
struct LocalMutualLoss {
  /// s of each two photos of a and b, B photos of N local features of C numbers, `B×N×C`, at unit length: `B`.
  /// @throws ShapeError  unless both are of that shape, with a feature at least; FormatError for NaN or infinity.
  template <TensorLike X>
  X similarity(const X& a, const X& b) const {
    const Shape& shape = a.shape();
    VPR_REQUIRE(ShapeError, shape.rank() == 3 && shape[1] > 0 && b.shape() == shape, "LocalMutualLoss: got local features ", shape, " and ",
                b.shape(), ", want two of [photos, features, channels]");
    const std::int64_t photos = shape[0], count = shape[1], channels = shape[2];
    const std::vector<float> left = a.to_vector(), right = b.to_vector();
    std::vector<std::int64_t> of_a, of_b;  // the features of each pair
    std::vector<std::int64_t> ends;        // where each photo's pairs end
    for (std::int64_t photo = 0; photo < photos; ++photo) {
      const auto rows = [&](const std::vector<float>& values) { return Rows(values.data() + photo * count * channels, count, channels); };
      std::vector<MatchedPair> pairs = NearestFinder(rows(left))(rows(right)).mutual();
      if (pairs.size() == 1) {
        pairs.clear();
        for (std::int32_t n = 0; n < count; ++n) pairs.push_back({n, n, 0});
      }
      for (const MatchedPair& pair : pairs) {
        of_a.push_back(photo * count + pair.query);
        of_b.push_back(photo * count + pair.candidate);
      }
      ends.push_back(static_cast<std::int64_t>(of_a.size()));
    }
    const auto total = static_cast<std::int64_t>(of_a.size());
    std::vector<float> shares(static_cast<std::size_t>(photos * total));  // of each pair in each photo's mean
    for (std::int64_t photo = 0, first = 0; photo < photos; first = ends[static_cast<std::size_t>(photo++)]) {
      const std::int64_t end = ends[static_cast<std::size_t>(photo)];
      std::fill(shares.begin() + photo * total + first, shares.begin() + photo * total + end, 1 / static_cast<float>(end - first));
    }
    const auto chosen = [&](const X& x, const std::vector<std::int64_t>& rows) {
      return gather(reshape(x, Shape{photos * count, channels}), rows);
    };
    const X products = linear(multiply(chosen(a, of_a), chosen(b, of_b)), detail::constant<X>(Shape{1, channels}, 1), X());
    return linear(reshape(products, Shape{total}), detail::constant<X>(Shape{photos, total}, shares), X());
  }

  template <TensorLike X>
  X operator()(const X& anchor, const X& positive, const X& negative) const {
    return detail::weighted_sum(relu(add_scaled(similarity(anchor, negative), similarity(anchor, positive), -1)), 1);
  }
};

}  // namespace vpr
