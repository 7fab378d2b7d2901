// SPDX-License-Identifier: MIT
/// @file
/// Pooling of tokens into one vector an image.
#pragma once

#include <vpr/core/finite.hpp>
#include <vpr/core/tensor.hpp>

#include <type_traits>

namespace vpr {
namespace detail {

template <class B>
Tensor<B> pooled(const Tensor<B>& x, const char* op) {
  VPR_REQUIRE(ShapeError, x.shape().rank() == 3 && x.shape()[1] > 0, op, ": got x ", x.shape(),
              ", want [batch, tokens, channels] with a token at least");
  return Tensor<B>(Shape{x.shape()[0], x.shape()[2]});
}

}  // namespace detail

/// Generalised mean over the tokens: `B×N×C` gives `B×C`, out = (mean_n max(x, eps)^p)^(1/p), p a learned tensor of one
/// element, eps above 0 (Radenović et al., TPAMI 2019, eq. 3). Not normalised.
/// @throws ShapeError  if x is not B×N×C with N ≥ 1, or p has not one element; ConfigError for another eps.
template <class B>
Tensor<B> gem(const Tensor<B>& x, const Tensor<B>& p, std::type_identity_t<typename B::value> eps) {
  Tensor<B> out = detail::pooled(x, "gem");
  VPR_REQUIRE(ShapeError, p.elements() == 1, "gem: got p ", p.shape(), ", want one element");
  VPR_REQUIRE(ConfigError, is_finite(eps) && eps > 0, "gem: got eps ", eps, ", want it above 0");
  B::gem(x, p, eps, out);
  return out;
}

/// Mean over the tokens: `B×N×C` gives `B×C`.
/// @throws ShapeError  if x is not B×N×C with N ≥ 1.
template <class B>
Tensor<B> mean(const Tensor<B>& x) {
  Tensor<B> out = detail::pooled(x, "mean");
  B::mean(x, out);
  return out;
}

}  // namespace vpr
