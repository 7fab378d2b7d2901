// SPDX-License-Identifier: MIT
/// @file
/// What VLAD aggregates, recorded.
#pragma once

#include <vpr/autograd/var.hpp>
#include <vpr/ops/residuals.hpp>

namespace vpr {

/// A constant: the choice of the largest changes nowhere smoothly.
template <class B>
Var<B> one_hot(const Var<B>& x) {
  return Var<B>(one_hot(x.value()));
}

template <class B>
Var<B> residual_sums(const Var<B>& x, const Var<B>& assignment, const Var<B>& centres) {
  return Var<B>::record(residual_sums(x.value(), assignment.value(), centres.value()), {x, assignment, centres}, [=](const Tensor<B>& dy) {
    x.accumulate([&] {
      Tensor<B> gradient(x.shape());
      B::residual_sums_gradient(assignment.value(), dy, gradient);
      return gradient;
    });
    assignment.accumulate([&] {
      Tensor<B> gradient(assignment.shape());
      B::residual_shares_gradient(x.value(), centres.value(), dy, gradient);
      return gradient;
    });
    centres.accumulate([&] {
      Tensor<B> gradient(centres.shape());
      B::residual_centres_gradient(assignment.value(), dy, gradient);
      return gradient;
    });
  });
}

}  // namespace vpr
