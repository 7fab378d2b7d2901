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
/// @throws ShapeError  if the scores are not B×N×K with K ≥ 1, there are no more tokens than clusters, or the dustbin has not one element.
template <class B>
Tensor<B> optimal_transport(const Tensor<B>& scores, const Tensor<B>& dustbin, std::int64_t iterations) {
  const Shape& shape = scores.shape();
  VPR_REQUIRE(ShapeError, shape.rank() == 3 && shape[2] > 0 && dustbin.elements() == 1, "optimal_transport: got scores ", shape,
              " and dustbin ", dustbin.shape(), ", want [batch, tokens, clusters] and one element");
  VPR_REQUIRE(
      ShapeError, shape[1] > shape[2], "optimal_transport: got ", shape[1], " tokens for ", shape[2],
      " clusters; the dustbin's mass is what is left, so there must be more tokens than clusters: use larger images or fewer clusters");
  VPR_REQUIRE(ConfigError, iterations >= 0, "optimal_transport: got ", iterations, " iterations");
  Tensor<B> out(shape.with(2, shape[2] + 1));
  if (!out.empty()) B::optimal_transport(scores, dustbin, iterations, out);
  return out;
}

}  // namespace vpr
