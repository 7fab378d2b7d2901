// SPDX-License-Identifier: MIT
/// @file
/// Recorded products; see `ops/product.hpp`.
#pragma once

#include <vpr/autograd/var.hpp>
#include <vpr/ops/product.hpp>

namespace vpr {

template <class B>
Var<B> matmul(const Var<B>& a, const Var<B>& b, Product product = Product::ab) {
  return Var<B>::record(matmul(a.value(), b.value(), product), {a, b}, [=](const Tensor<B>& dy) {
    const bool shared = a.shape().rank() == 3 && b.shape().rank() != 3;
    a.accumulate([&] {
      if (product == Product::atb) return matmul(b.value(), dy, Product::abt);
      if (product == Product::abt) return matmul(dy, b.value());
      return matmul(dy, shared ? b.value().reshaped(Shape{a.shape().last(), dy.shape().last()}) : b.value(), Product::abt);
    });
    b.accumulate([&] {
      if (product == Product::atb) return matmul(a.value(), dy);
      const Tensor<B>&left = product == Product::ab ? a.value() : dy, &right = product == Product::ab ? dy : a.value();
      if (!shared) return matmul(left, right, Product::atb);
      Tensor<B> db(b.shape());
      B::linear_weight_gradient(right, left, db);
      return db;
    });
  });
}

}  // namespace vpr
