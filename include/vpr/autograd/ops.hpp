// SPDX-License-Identifier: MIT
/// @file
/// The vocabulary of `<vpr/ops.hpp>` over `Var`: the same words, recorded. Each op states its gradient here, once.
#pragma once

#include <vpr/autograd/var.hpp>
#include <vpr/ops/activation.hpp>
#include <vpr/ops/arithmetic.hpp>
#include <vpr/ops/linear.hpp>
#include <vpr/ops/normalization.hpp>
#include <vpr/ops/pooling.hpp>

#include <type_traits>

namespace vpr {
namespace detail {

/// x as a matrix of its rows.
template <class B>
Tensor<B> rows_of(const Tensor<B>& x) {
  return x.reshaped(Shape{x.shape().rows(), x.shape().last()});
}

template <class B>
Tensor<B> matmul(const Tensor<B>& a, bool transpose_a, const Tensor<B>& b, bool transpose_b) {
  Tensor<B> out(Shape{a.shape()[transpose_a ? 1 : 0], b.shape()[transpose_b ? 0 : 1]});
  B::matmul(a, transpose_a, b, transpose_b, out);
  return out;
}

/// dy summed over the leading axes that a tensor of `shape` was repeated over.
template <class B>
Tensor<B> summed_to(const Shape& shape, const Tensor<B>& dy, const Tensor<B>& factor = {}) {
  Tensor<B> out(shape);
  if (!out.empty()) B::column_sums(dy, factor, out);
  return out;
}

template <class B>
Tensor<B> scaled(const Tensor<B>& x, typename B::value scale) {
  return add_scaled(Tensor<B>::zeros(x.shape()), x, scale);
}

}  // namespace detail

template <class B>
Var<B> linear(const Var<B>& x, const Var<B>& weight, const Var<B>& bias) {
  return Var<B>::record(linear(x.value(), weight.value(), bias.value()), {x, weight, bias}, [=](const Tensor<B>& dy) {
    const Tensor<B> rows = detail::rows_of(dy);
    const Shape matrix{weight.shape()[0], x.shape().last()};
    x.accumulate([&] { return detail::matmul(rows, false, weight.value().reshaped(matrix), false).reshaped(x.shape()); });
    weight.accumulate([&] { return detail::matmul(rows, true, detail::rows_of(x.value()), false).reshaped(weight.shape()); });
    if (!bias.empty()) bias.accumulate([&] { return detail::summed_to(bias.shape(), dy); });
  });
}

template <class B>
Var<B> gelu(const Var<B>& x) {
  return Var<B>::record(gelu(x.value()), {x}, [=](const Tensor<B>& dy) {
    x.accumulate([&] {
      Tensor<B> dx(x.shape());
      B::gelu_gradient(x.value(), dy, dx);
      return dx;
    });
  });
}

template <class B>
Var<B> linear_gelu(const Var<B>& x, const Var<B>& weight, const Var<B>& bias) {
  return gelu(linear(x, weight, bias));
}

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
Var<B> add_gated(const Var<B>& x, const Var<B>& y, const Var<B>& gamma) {
  return Var<B>::record(add_gated(x.value(), y.value(), gamma.value()), {x, y, gamma}, [=](const Tensor<B>& dy) {
    x.accumulate([&] { return dy; });
    y.accumulate([&] { return add_gated(Tensor<B>::zeros(dy.shape()), dy, gamma.value()); });
    gamma.accumulate([&] { return detail::summed_to(gamma.shape(), dy, y.value()); });
  });
}

template <class B>
Var<B> gem(const Var<B>& x, const Var<B>& p, std::type_identity_t<typename B::value> eps) {
  Tensor<B> y = gem(x.value(), p.value(), eps);
  return Var<B>::record(y, {x, p}, [=](const Tensor<B>& dy) {
    Tensor<B> dx(x.shape()), dp(p.shape());
    B::gem_gradient(x.value(), p.value(), eps, y, dy, dx, dp);
    x.accumulate([&] { return std::move(dx); });
    p.accumulate([&] { return std::move(dp); });
  });
}

template <class B>
Var<B> l2_normalize(const Var<B>& x, std::type_identity_t<typename B::value> eps = typename B::value(1e-12)) {
  Tensor<B> y = l2_normalize(x.value(), eps);
  return Var<B>::record(y, {x}, [=](const Tensor<B>& dy) {
    x.accumulate([&] {
      Tensor<B> dx(x.shape());
      B::l2_normalize_gradient(x.value(), eps, y, dy, dx);
      return dx;
    });
  });
}

}  // namespace vpr
