// SPDX-License-Identifier: MIT
/// @file
/// Ops that move elements, recorded.
#pragma once

#include <vpr/autograd/detail.hpp>
#include <vpr/ops/layout.hpp>

#include <utility>

namespace vpr {

template <class B>
Var<B> slice(const Var<B>& x, std::size_t axis, std::int64_t begin, std::int64_t end) {
  return Var<B>::record(slice(x.value(), axis, begin, end), {x}, [x = x.with_value_if(false), axis, begin](const Tensor<B>& dy) {
    x.accumulate([&] {
      Tensor<B> dx = Tensor<B>::zeros(x.shape());
      B::insert(dy, axis, begin, dx);
      return dx;
    });
  });
}

template <class B>
Var<B> concat(const Var<B>& a, const Var<B>& b, std::size_t axis) {
  return Var<B>::record(concat(a.value(), b.value(), axis), {a, b},
                        [a = a.with_value_if(false), b = b.with_value_if(false), axis](const Tensor<B>& dy) {
                          const std::int64_t border = a.shape()[axis];
                          a.accumulate([&] {
                            Tensor<B> da = slice(dy, axis, 0, border);
                            return da.shape() == a.shape() ? da : detail::summed_to(a.shape(), da);
                          });
                          b.accumulate([&] { return slice(dy, axis, border, dy.shape()[axis]); });
                        });
}

template <class B>
Var<B> reshape(Var<B> x, Shape shape) {
  Tensor<B> y = reshape(x.take(), shape);
  return Var<B>::record(std::move(y), {x}, [x](Tensor<B> dy) { x.accumulate([&] { return std::move(dy).reshaped(x.shape()); }); });
}

template <class B>
Var<B> transpose(const Var<B>& x, std::size_t axis) {
  return Var<B>::record(transpose(x.value(), axis), {x},
                        [x = x.with_value_if(false), axis](const Tensor<B>& dy) { x.accumulate([&] { return transpose(dy, axis); }); });
}

template <class B>
Var<B> patches(const Var<B>& image, std::int64_t size) {
  return Var<B>::record(patches(image.value(), size), {image}, [image = image.with_value_if(false), size](const Tensor<B>& dy) {
    image.accumulate([&] {
      Tensor<B> gradient(image.shape());
      B::patches_gradient(dy, size, gradient);
      return gradient;
    });
  });
}

/// The matrices are constants: their gradients are not computed.
/// @throws ConfigError  if a matrix wants a gradient.
template <class B>
Var<B> resample(const Var<B>& map, const Var<B>& vertical, const Var<B>& horizontal) {
  VPR_REQUIRE(ConfigError, !vertical.needs_gradient() && !horizontal.needs_gradient(),
              "resample: its matrices are constants, but one wants a gradient");
  return Var<B>::record(resample(map.value(), vertical.value(), horizontal.value()), {map},
                        [map = map.with_value_if(false), vertical, horizontal](const Tensor<B>& dy) {
                          map.accumulate([&] {
                            Tensor<B> gradient(map.shape());
                            B::resample_gradient(dy, vertical.value(), horizontal.value(), gradient);
                            return gradient;
                          });
                        });
}

}  // namespace vpr
