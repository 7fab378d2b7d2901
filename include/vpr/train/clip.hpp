// SPDX-License-Identifier: MIT
/// @file
/// Gradients kept from growing too long.
#pragma once

#include <vpr/autograd/arithmetic.hpp>
#include <vpr/autograd/detail.hpp>
#include <vpr/core/finite.hpp>
#include <vpr/train/parameters.hpp>

#include <cmath>
#include <utility>
#include <vector>

namespace vpr {

/// Shortens the gradients, all together as one vector, to the Euclidean length `longest` where they are longer, by PyTorch's rule:
/// all times min(1, longest / (length + 1e-6)) (Pascanu et al. 2013). Parameters without a gradient do not count.
/// @return the length before
/// An infinite `longest` only measures.
/// @throws ConfigError  unless `longest` is positive; Error, naming the parameter, before anything is changed, for a gradient that is
///         not finite, or so large that its square is not.
template <class B>
double clip_gradients(const std::vector<NamedParameter<B>>& parameters, double longest) {
  VPR_REQUIRE(ConfigError, longest > 0 && !is_nan(longest), "clip_gradients: got a longest length of ", longest, ", want one above 0");
  double squares = 0;
  for (const auto& [name, parameter] : parameters) {
    const Tensor<B>& gradient = parameter.gradient();
    if (gradient.empty()) continue;
    for (const typename B::value square : detail::summed_to(Shape{gradient.shape().last()}, gradient, gradient).values()) {
      squares += static_cast<double>(square);
    }
    VPR_REQUIRE(Error, is_finite(squares), "clip_gradients: the gradient of ", name,
                " is not finite; lower the rate, or look at the loss of this step");
  }
  const double length = std::sqrt(squares), scale = longest / (length + 1e-6);
  if (scale >= 1) return length;
  for (NamedParameter<B> named : parameters) {
    named.parameter.update([&](Tensor<B>&, Tensor<B>& gradient) {
      if (!gradient.empty()) gradient = multiply(std::move(gradient), Tensor<B>::full(Shape{1}, static_cast<typename B::value>(scale)));
    });
  }
  return length;
}

}  // namespace vpr
