// SPDX-License-Identifier: MIT
/// @file
/// Lengths, distances and smooth maxima, recorded.
#pragma once

#include <vpr/autograd/var.hpp>
#include <vpr/ops/metric.hpp>

namespace vpr {

template <class B>
Var<B> norms(const Var<B>& x) {
  const Tensor<B> y = norms(x.value());
  return Var<B>::record(y, {x}, [=](const Tensor<B>& dy) {
    x.accumulate([&] {
      Tensor<B> dx(x.shape());
      B::norms_gradient(x.value(), y, dy, dx);
      return dx;
    });
  });
}

template <class B>
Var<B> distances(const Var<B>& a, const Var<B>& b) {
  const Tensor<B> y = distances(a.value(), b.value());
  return Var<B>::record(y, {a, b}, [=](const Tensor<B>& dy) {
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

/// The mask is a constant.
template <class B>
Var<B> log_sum_exp(const Var<B>& x, const Var<B>& mask, bool and_zero = false) {
  const Tensor<B> y = log_sum_exp(x.value(), mask.value(), and_zero);
  return Var<B>::record(y, {x}, [=](const Tensor<B>& dy) {
    x.accumulate([&] {
      Tensor<B> dx(x.shape());
      B::log_sum_exp_gradient(x.value(), mask.value(), y, dy, dx);
      return dx;
    });
  });
}

}  // namespace vpr
