// SPDX-License-Identifier: MIT
/// @file
/// The losses by which SFRS trains.
#pragma once

#include <vpr/core/setting.hpp>
#include <vpr/loss/concept.hpp>
#include <vpr/loss/detail.hpp>
#include <vpr/ops/gather.hpp>
#include <vpr/ops/layout.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace vpr {

namespace detail {

/// The inner product of each row of a with that of b: `M×C` gives `M`.
template <class X>
X row_products(const X& a, const X& b) {
  return reshape(linear(multiply(a, b), constant<X>(Shape{1, a.shape().last()}, 1), X()), Shape{a.shape()[0]});
}

}  // namespace detail

/// The mean of log(1 + exp((a·n - a·p) / temperature)) over triplets of an anchor, a positive and a negative at unit length: stochastic
/// attraction-repulsion embedding, each negative by itself (Liu et al., ICCV 2019), as OpenIBL has it.
class SareLoss {
 public:
  /// @throws ConfigError  unless the temperature is above 0.
  explicit SareLoss(double temperature = 0.07) : temperature_(temperature) {
    detail::require_positive_setting("SareLoss", "temperature", temperature);
  }

  /// Rows of the three `M×C` are the triplets; none gives 0.
  /// @throws ShapeError  unless the three are of one shape.
  template <TensorLike X>
  X operator()(const X& anchor, const X& positive, const X& negative) const {
    const Shape& shape = anchor.shape();
    VPR_REQUIRE(ShapeError, shape.rank() == 2 && positive.shape() == shape && negative.shape() == shape, "SareLoss: got anchor ", shape,
                ", positive ", positive.shape(), " and negative ", negative.shape(), ", want three of [triplets, channels]");
    const X gap = add_scaled(detail::row_products(anchor, negative), detail::row_products(anchor, positive), -1);
    return detail::weighted_sum(detail::softplus(detail::affine(gap, 1 / temperature_, 0)),
                                shape[0] == 0 ? 0 : 1 / static_cast<double>(shape[0]));
  }

 private:
  double temperature_;
};

struct SfrsSettings {
  double temperature = 0.07;          ///< of the network in training
  double teacher_temperature = 0.07;  ///< of the generation before: 0.07, 0.06 and 0.05 in the three that have one
  double soft_weight = 0.5;           ///< of the soft labels
};

/// The loss of a generation of SFRS behind the first (Ge et al., ECCV 2020, sections 3.2 and 3.3), which `SareLoss` alone trains. It is of regions'
/// descriptors, see `region_vlads`: of a query's, its best positive's and its negatives', the whole query with the whole positive and with the most
/// similar region of each negative, by `SareLoss`; and of harder positives, by the cross entropy of how the whole query's similarities to all their
/// regions are distributed, to how they were in the generation before.
class SfrsLoss {
 public:
  /// @throws ConfigError  unless the temperatures are above 0 and the weight is finite and from 0.
  explicit SfrsLoss(SfrsSettings settings = {}) : settings_(settings), sare_(settings.temperature) {
    detail::require_positive_setting("SfrsLoss", "teacher temperature", settings.teacher_temperature);
    detail::require_setting("SfrsLoss", "soft weight", settings.soft_weight, 0);
  }

  /// @param query      `R×D`, the regions of the query, the whole first
  /// @param positive   `R×D`, those of the best positive
  /// @param negatives  `N×R×D`
  /// @param harder     `P×R×D`, those of the harder positives
  /// @param taught     the similarities of the whole query to each region of `harder` by the generation before: `P·R`
  /// @throws ShapeError  unless they are of these shapes.
  template <TensorLike X>
  X operator()(const X& query, const X& positive, const X& negatives, const X& harder, std::span<const float> taught) const {
    const X whole = slice(query, 0, 0, 1);
    return add_scaled(hard(whole, slice(positive, 0, 0, 1), negatives), soft(whole, harder, taught),
                      static_cast<typename X::value_type>(settings_.soft_weight));
  }

  /// The part of the negatives. @param query,positive  `1×D`
  template <TensorLike X>
  X hard(const X& query, const X& positive, const X& negatives) const {
    const Shape shape = negatives.shape();
    VPR_REQUIRE(ShapeError, shape.rank() == 3 && is_row(query, shape) && positive.shape() == query.shape(), "SfrsLoss: got query ",
                query.shape(), ", positive ", positive.shape(), " and negatives ", shape, ", want [1, D], [1, D] and [N, regions, D]");
    const X rows = reshape(negatives, Shape{shape[0] * shape[1], shape[2]});
    const std::vector<float> similarities = linear(rows, query, X()).to_vector();
    std::vector<std::int64_t> hardest;
    for (std::int64_t i = 0; i < shape[0]; ++i) {
      const auto begin = similarities.begin() + i * shape[1];
      hardest.push_back(std::max_element(begin, begin + shape[1]) - similarities.begin());
    }
    const std::vector<std::int64_t> same(hardest.size(), 0);
    return sare_(gather(query, same), gather(positive, same), gather(rows, hardest));
  }

  /// The part of the soft labels. @param query  `1×D`
  template <TensorLike X>
  X soft(const X& query, const X& harder, std::span<const float> taught) const {
    const Shape shape = harder.shape();
    VPR_REQUIRE(ShapeError, shape.rank() == 3 && is_row(query, shape) && std::ssize(taught) == shape[0] * shape[1] && !taught.empty(),
                "SfrsLoss: got query ", query.shape(), ", harder positives ", shape, " and ", taught.size(),
                " similarities, want [1, D], [P, regions, D] and one a region");
    const X similarities = reshape(linear(reshape(harder, Shape{shape[0] * shape[1], shape[2]}), query, X()), Shape{1, std::ssize(taught)});
    const X logits = detail::affine(similarities, 1 / settings_.temperature, 0);
    std::vector<float> labels = softmax_of(taught);
    for (float& label : labels) label = -label;
    const X all = log_sum_exp(logits, detail::constant<X>(logits.shape(), 1));
    return add(all, detail::weighted_sum(reshape(logits, Shape{std::ssize(taught)}), labels));
  }

 private:
  /// Whether x is one descriptor as long as those of `regions`, `…×R×D`.
  template <class X>
  static bool is_row(const X& x, const Shape& regions) {
    return x.shape() == Shape{1, regions.last()};
  }

  std::vector<float> softmax_of(std::span<const float> similarities) const {
    const double largest = static_cast<double>(*std::max_element(similarities.begin(), similarities.end()));
    std::vector<double> powers;
    double sum = 0;
    for (const float similarity : similarities) {
      powers.push_back(std::exp((static_cast<double>(similarity) - largest) / settings_.teacher_temperature));
      sum += powers.back();
    }
    std::vector<float> labels;
    for (const double power : powers) labels.push_back(static_cast<float>(power / sum));
    return labels;
  }

  SfrsSettings settings_;
  SareLoss sare_;
};

}  // namespace vpr
