// SPDX-License-Identifier: MIT
/// @file
/// What losses share: constants, similarities, masks of pairs, sums.
#pragma once

#include <vpr/core/tensor.hpp>
#include <vpr/loss/pairs.hpp>
#include <vpr/ops/arithmetic.hpp>
#include <vpr/ops/layout.hpp>
#include <vpr/ops/linear.hpp>
#include <vpr/ops/metric.hpp>
#include <vpr/ops/normalization.hpp>
#include <vpr/ops/product.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace vpr::detail {

/// Numbers that no gradient flows to.
template <class X>
X constant(Shape shape, const std::vector<float>& values) {
  return X::from(shape, std::span<const float>(values));
}
template <class X>
X constant(Shape shape, double value) {
  return constant<X>(shape, std::vector<float>(static_cast<std::size_t>(shape.elements()), static_cast<float>(value)));
}

/// scale · x + offset.
template <class X>
X affine(const X& x, double scale, double offset) {
  return add_scaled(constant<X>(x.shape(), offset), x, static_cast<typename X::value_type>(scale));
}

/// Σ_i weights[i] · x[i], one element.
template <class X>
X weighted_sum(const X& x, const std::vector<float>& weights) {
  return linear(x, constant<X>(Shape{1, x.shape().elements()}, weights), X());
}
template <class X>
X weighted_sum(const X& x, double weight) {
  return weighted_sum(x, std::vector<float>(static_cast<std::size_t>(x.shape().elements()), static_cast<float>(weight)));
}

/// 0, and a gradient of 0 for x.
template <class X>
X nothing(const X& x) {
  return weighted_sum(reshape(x, Shape{x.shape().elements()}), 0);
}

/// Σ_i mask[i] · x[i] over the number of i where that is above 0; 0 where it nowhere is.
template <class X>
X mean_of_positive(const X& x, std::vector<float> mask) {
  const std::vector<float> values = x.to_vector();
  float count = 0;
  for (std::size_t i = 0; i < mask.size(); ++i) {
    if (!(mask[i] * values[i] > 0)) mask[i] = 0;
    count += mask[i] > 0;
  }
  for (float& weight : mask) weight /= std::max(count, 1.0F);
  return weighted_sum(x, mask);
}

/// log(1 + exp(x)), of `M` numbers.
template <class X>
X softplus(const X& x) {
  const Shape column{x.shape().elements(), 1};
  return log_sum_exp(reshape(x, column), constant<X>(column, 1), true);
}

/// ‖a - b + eps‖ of each row.
template <class X>
X difference_norms(const X& a, const X& b, double eps) {
  return norms(affine(add_scaled(a, b, -1), 1, eps));
}

/// The inner products of all descriptors `N×C`, at unit length if `normalise`, with one another: `N×N`.
template <class X>
X similarities(const X& descriptors, bool normalise = true) {
  const X rows = normalise ? l2_normalize(descriptors) : descriptors;
  return matmul(rows, rows, Product::abt);
}

/// 1 at each of the pairs, 0 elsewhere: `N×N`, an anchor a row. A pair listed twice counts once.
inline std::vector<float> mask_of(const std::vector<Pair>& pairs, std::int64_t size) {
  std::vector<float> mask(static_cast<std::size_t>(size * size));
  for (const auto& [anchor, other] : pairs) {
    VPR_REQUIRE(ShapeError, 0 <= anchor && anchor < size && 0 <= other && other < size, "loss: got a pair of photos ", anchor, " and ",
                other, " in a batch of ", size);
    mask[static_cast<std::size_t>(anchor * size + other)] = 1;
  }
  return mask;
}

/// How many of the pairs have each photo as their anchor.
inline std::vector<float> pairs_of_anchors(const std::vector<Pair>& pairs, std::int64_t size) {
  std::vector<float> counts(static_cast<std::size_t>(size));
  for (const Pair& pair : pairs) ++counts[static_cast<std::size_t>(pair.anchor)];
  return counts;
}

/// The size of a batch of descriptors `N×C`.
template <class X>
std::int64_t batch_size(const X& descriptors, const char* loss) {
  VPR_REQUIRE(ShapeError, descriptors.shape().rank() == 2, loss, ": got descriptors ", descriptors.shape(), ", want [batch, channels]");
  return descriptors.shape()[0];
}

/// What `miner` chooses of a batch of descriptors.
/// @throws FormatError  for a descriptor that is not finite, which a comparison would pass over.
template <Miner M, class X>
Pairs mined(const M& miner, const X& descriptors, std::span<const std::int64_t> places) {
  const std::vector<float> values = descriptors.to_vector();
  const Rows rows(values.data(), descriptors.shape().rows(), descriptors.shape().last());
  require_finite(rows, rows.dim(), "loss: descriptor");
  return miner(rows, places);
}

}  // namespace vpr::detail
