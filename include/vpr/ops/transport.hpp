// SPDX-License-Identifier: MIT
/// @file
/// Optimal transport of tokens to clusters.
#pragma once

#include <vpr/core/tensor.hpp>

namespace vpr {

/// log P, P being the entropic optimal transport of N tokens to K clusters and a dustbin: scores `B×N×K` and the dustbin's score, one
/// element, give `B×N×(K + 1)`, the dustbin last (Izquierdo and Civera 2024, section 3.2; SuperGlue's iterations, Sarlin et al. 2020).
/// Tokens and clusters have mass 1, the dustbin N - K. After the last iteration every token's shares sum to 1; the clusters' sums come
/// close to 1 with the iterations.
///
/// With a `last_mass` the last token has that mass, and the dustbin as much more. SuperGlue matches M tokens with K, of which any may be
/// unmatched: its other dustbin is a token of mass K that is added to the M.
/// @throws ShapeError  if the scores are not B×N×K with K ≥ 1, the tokens' masses are no more than there are clusters, or the dustbin has not one
///   element.
template <class B>
Tensor<B> optimal_transport(const Tensor<B>& scores, const Tensor<B>& dustbin, std::int64_t iterations, std::int64_t last_mass = 1) {
  const Shape& shape = scores.shape();
  VPR_REQUIRE(ShapeError, shape.rank() == 3 && shape[2] > 0 && dustbin.elements() == 1, "optimal_transport: got scores ", shape,
              " and dustbin ", dustbin.shape(), ", want [batch, tokens, clusters] and one element");
  VPR_REQUIRE(
      ShapeError, shape[1] - 1 + last_mass > shape[2], "optimal_transport: got ", shape[1], " tokens for ", shape[2],
      " clusters; the dustbin's mass is what is left, so there must be more tokens than clusters: use larger images or fewer clusters");
  VPR_REQUIRE(ConfigError, iterations >= 0, "optimal_transport: got ", iterations, " iterations");
  VPR_REQUIRE(ConfigError, last_mass >= 1, "optimal_transport: got a last token of mass ", last_mass);
  Tensor<B> out(shape.with(2, shape[2] + 1));
  if (!out.empty()) B::optimal_transport(scores, dustbin, iterations, last_mass, out);
  return out;
}

}  // namespace vpr
