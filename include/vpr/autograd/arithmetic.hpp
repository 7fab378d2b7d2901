// SPDX-License-Identifier: MIT
/// @file
/// Sums of tensors, recorded.
#pragma once

#include <vpr/autograd/detail.hpp>
#include <vpr/ops/arithmetic.hpp>

#include <type_traits>

namespace vpr {

template <class B>
Var<B> add_scaled(const Var<B>& x, const Var<B>& y, std::type_identity_t<typename B::value> scale) {
  return Var<B>::record(add_scaled(x.value(), y.value(), scale), {x, y}, [=](const Tensor<B>& dy) {
    x.accumulate([&] { return dy; });
    y.accumulate([&] { return detail::scaled(detail::summed_to(y.shape(), dy), scale); });
  });
}

template <class B>
Var<B> add(const Var<B>& x, const Var<B>& y) {
  return add_scaled(x, y, 1);
}

template <class B>
Var<B> multiply(const Var<B>& x, const Var<B>& y) {
  return Var<B>::record(multiply(x.value(), y.value()), {x, y}, [=](const Tensor<B>& dy) {
    x.accumulate([&] { return multiply(dy, y.value()); });
    y.accumulate([&] { return multiply(dy, x.value()); });
  });
}

template <class B>
Var<B> add_gated(const Var<B>& x, const Var<B>& y, const Var<B>& gamma) {
  return Var<B>::record(add_gated(x.value(), y.value(), gamma.value()), {x, y, gamma}, [=](const Tensor<B>& dy) {
    x.accumulate([&] { return dy; });
    y.accumulate([&] { return add_gated(Tensor<B>::zeros(dy.shape()), dy, gamma.value()); });
    gamma.accumulate([&] { return detail::summed_to(gamma.shape(), dy, y.value()); });
  });
}

}  // namespace vpr
