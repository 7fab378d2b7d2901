// SPDX-License-Identifier: MIT
/// @file
/// Sums and products of tensors, recorded.
#pragma once

#include <vpr/autograd/detail.hpp>
#include <vpr/ops/arithmetic.hpp>
#include <vpr/ops/layout.hpp>

#include <type_traits>
#include <utility>

namespace vpr {

template <class B>
Var<B> add_scaled(Var<B> x, const Var<B>& y, std::type_identity_t<typename B::value> scale) {
  Tensor<B> sum = add_scaled(x.take(), y.value(), scale);
  return Var<B>::record(std::move(sum), {x, y}, [x, y = y.with_value_if(false), scale](Tensor<B> dy) {
    y.accumulate([&] {
      Tensor<B> dy_of_y = y.shape() == dy.shape() ? dy : detail::summed_to(y.shape(), dy);
      return scale == 1 ? dy_of_y : multiply(std::move(dy_of_y), Tensor<B>::full(Shape{1}, scale));
    });
    x.accumulate([&] { return std::move(dy); });
  });
}

template <class B>
Var<B> add(Var<B> x, const Var<B>& y) {
  return add_scaled(std::move(x), y, 1);
}

template <class B>
Var<B> multiply(const Var<B>& x, const Var<B>& y) {
  return Var<B>::record(multiply(x.value(), y.value()), {x, y},
                        [x = x.with_value_if(y.needs_gradient()), y = y.with_value_if(x.needs_gradient())](Tensor<B> dy) {
                          y.accumulate([&] { return detail::summed_to(y.shape(), dy, x.value()); });
                          x.accumulate([&] { return multiply(std::move(dy), y.value()); });
                        });
}

template <class B>
Var<B> divide(const Var<B>& x, const Var<B>& y) {
  return Var<B>::record(divide(x.value(), y.value()), {x, y}, [x = x.with_value_if(false), y](Tensor<B> dy, const Tensor<B>& quotient) {
    dy = divide(std::move(dy), y.value());
    y.accumulate([&] { return multiply(multiply(dy, quotient), Tensor<B>::full(Shape{1}, -1)); });
    x.accumulate([&] { return std::move(dy); });
  });
}

template <class B>
Var<B> add_gated(Var<B> x, const Var<B>& y, const Var<B>& gamma) {
  Tensor<B> sum = add_gated(x.take(), y.value(), gamma.value());
  return Var<B>::record(std::move(sum), {x, y, gamma}, [x, y = y.with_value_if(gamma.needs_gradient()), gamma](Tensor<B> dy) {
    gamma.accumulate([&] { return detail::summed_to(gamma.shape(), dy, y.value()); });
    y.accumulate([&] { return multiply(dy, reshape(gamma.value(), Shape{gamma.shape().elements()})); });
    x.accumulate([&] { return std::move(dy); });
  });
}

}  // namespace vpr
