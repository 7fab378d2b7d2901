// SPDX-License-Identifier: MIT
/// @file
/// What VLAD aggregates: assignments of tokens to clusters and sums of residuals.
#pragma once

#include <vpr/core/tensor.hpp>

namespace vpr {

/// Each row as 1 at its largest element, the first of equals, and 0 elsewhere. Move x in to have it overwritten.
template <class B>
Tensor<B> one_hot(Tensor<B> x) {
  VPR_REQUIRE(ShapeError, x.shape().last() > 0, "one_hot: got x ", x.shape(), ", want a column at least");
  B::one_hot(x, x);
  return x;
}

/// Σ_n assignment[b, n, k] · (x[b, n] - centres[k]): tokens `B×N×C`, assignment `B×N×K` and centres `K×C` give `B×K×C`
/// (Jégou et al. 2010; soft assignment as in Arandjelović et al. 2016, eq. 4).
/// @throws ShapeError  if the extents do not fit.
template <class B>
Tensor<B> residual_sums(const Tensor<B>& x, const Tensor<B>& assignment, const Tensor<B>& centres) {
  const Shape &tokens = x.shape(), &shares = assignment.shape(), &clusters = centres.shape();
  VPR_REQUIRE(
      ShapeError,
      tokens.rank() == 3 && shares.rank() == 3 && clusters.rank() == 2 && shares == tokens.with(2, clusters[0]) && clusters[1] == tokens[2],
      "residual_sums: got tokens ", tokens, ", assignment ", shares, " and centres ", clusters);
  Tensor<B> out(Shape{tokens[0], clusters[0], tokens[2]});
  B::residual_sums(x, assignment, centres, out);
  return out;
}

}  // namespace vpr
