// SPDX-License-Identifier: MIT
/// @file
/// Lengths, distances and smooth maxima, recorded.
#pragma once

#include <vpr/autograd/var.hpp>
#include <vpr/ops/metric.hpp>

namespace vpr {

template <class B>
Var<B> norms(const Var<B>& x) {
  return Var<B>::record(norms(x.value()), {x}, [x](const Tensor<B>& dy, const Tensor<B>& y) {
    x.accumulate([&] {
      Tensor<B> dx(x.shape());
      B::norms_gradient(x.value(), y, dy, dx);
      return dx;
    });
  });
}

template <class B>
Var<B> distances(const Var<B>& a, const Var<B>& b) {
  return Var<B>::record(distances(a.value(), b.value()), {a, b}, [a, b](const Tensor<B>& dy, const Tensor<B>& y) {
    a.accumulate([&] {
      Tensor<B> da(a.shape());
      B::distances_gradient(a.value(), b.value(), y, dy, false, da);
      return da;
    });
    b.accumulate([&] {
      Tensor<B> db(b.shape());
      B::distances_gradient(b.value(), a.value(), y, dy, true, db);
      return db;
    });
  });
}

/// The mask is a constant: its gradient is not computed.
/// @throws ConfigError  if the mask wants a gradient.
template <class B>
Var<B> log_sum_exp(const Var<B>& x, const Var<B>& mask, bool and_zero = false) {
  VPR_REQUIRE(ConfigError, !mask.needs_gradient(), "log_sum_exp: its mask is a constant, but wants a gradient");
  return Var<B>::record(log_sum_exp(x.value(), mask.value(), and_zero), {x}, [x, mask](const Tensor<B>& dy, const Tensor<B>& y) {
    x.accumulate([&] {
      Tensor<B> dx(x.shape());
      B::log_sum_exp_gradient(x.value(), mask.value(), y, dy, dx);
      return dx;
    });
  });
}

}  // namespace vpr
