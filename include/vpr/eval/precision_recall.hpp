// SPDX-License-Identifier: MIT
/// @file
/// Precision and recall of "this is the same place" decisions, as a threshold on the score moves.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/core/finite.hpp>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

namespace vpr {

/// Precision and recall at each threshold, and the areas below that curve.
struct PrecisionRecall {
  std::vector<double> thresholds;       ///< each distinct score, ascending: T
  std::vector<double> precision;        ///< T + 1: of the answers that score at least the threshold, the share that is right; the last is 1
  std::vector<double> recall;           ///< T + 1: of the right answers, the share that scores at least the threshold; the last is 0
  double auc = 0;                       ///< the area by trapezoids
  double average_precision = 0;         ///< the area by steps: sum of recall's steps times the precision that each reaches
  double recall_at_full_precision = 0;  ///< the largest recall at precision 1
};

namespace detail {

/// Indices of `values` in ascending order, equal values by index.
inline std::vector<std::size_t> ascending_order(std::span<const float> values, const char* caller) {
  for (const float value : values) VPR_REQUIRE(ConfigError, !is_nan(value), caller, ": a score is not a number");
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  return order;
}

}  // namespace detail

/// The curve of one score an answer, higher meaning surer, in scikit-learn's convention (`precision_recall_curve`, `auc`): one point per distinct
/// score and a last one of precision 1 and recall 0; where nothing is right, recall is 1 at every threshold.
///
/// @param scores   one an answer, such as the similarity of a query's best match
/// @param correct  whether that answer is right
/// @throws ShapeError   where the two differ in length, or are empty
/// @throws ConfigError  for a NaN
inline PrecisionRecall precision_recall(std::span<const float> scores, const std::vector<bool>& correct) {
  VPR_REQUIRE(ShapeError, !scores.empty() && scores.size() == correct.size(), "precision_recall: got ", scores.size(), " scores and ",
              correct.size(), " answers, expected as many, at least one");
  const auto order = detail::ascending_order(scores, "precision_recall");
  const auto right = static_cast<double>(std::count(correct.begin(), correct.end(), true));

  PrecisionRecall curve;
  double right_above = right;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const float score = scores[order[i]];
    if (i == 0 || score != scores[order[i - 1]]) {
      curve.thresholds.push_back(score);
      curve.precision.push_back(right_above / static_cast<double>(order.size() - i));
      curve.recall.push_back(right > 0 ? right_above / right : 1);
    }
    right_above -= correct[order[i]];
  }
  curve.precision.push_back(1);
  curve.recall.push_back(0);
  for (std::size_t i = 0; i + 1 < curve.recall.size(); ++i) {
    const double step = curve.recall[i] - curve.recall[i + 1];
    curve.auc += step * (curve.precision[i] + curve.precision[i + 1]) / 2;
    curve.average_precision += step * curve.precision[i];
  }
  for (std::size_t i = curve.recall.size(); i-- > 0;) {
    if (curve.precision[i] == 1) curve.recall_at_full_precision = curve.recall[i];
  }
  return curve;
}

/// Precision and recall after each answer, taken in order of distance.
struct CumulativePrecisionRecall {
  std::vector<double> precision, recall;  ///< one an answer
  double auc = 0;                         ///< sum of recall's steps, from the first answer on, times the precision that each reaches
};

/// The curve by VPR-Bench's rule: answers are taken in order of descriptor distance (equal ones by index) and counted.
///
/// @param distances  the descriptor distance of each query's best match; squared or not, only the order counts
/// @param error      metres from the query to that match; at most `radius` is right
/// @param nearest    metres from the query to the nearest database photo; a query with none within `radius` has no right answer
/// @return  recall is 0 where no query has a right answer
/// @throws ShapeError   where the three differ in length, or are empty
/// @throws ConfigError  for a NaN
inline CumulativePrecisionRecall precision_recall_by_distance(std::span<const float> distances, std::span<const double> error,
                                                              std::span<const double> nearest, double radius) {
  VPR_REQUIRE(ShapeError, !distances.empty() && distances.size() == error.size() && distances.size() == nearest.size(),
              "precision_recall_by_distance: got ", distances.size(), " distances, ", error.size(), " errors and ", nearest.size(),
              " nearest, expected as many, at least one");
  const auto inside = [&](double metres) { return metres <= radius; };
  const auto answerable = static_cast<double>(std::count_if(nearest.begin(), nearest.end(), inside));
  CumulativePrecisionRecall curve;
  double right = 0, taken = 0;
  for (const std::size_t i : detail::ascending_order(distances, "precision_recall_by_distance")) {
    right += inside(error[i]);
    curve.precision.push_back(right / ++taken);
    curve.recall.push_back(answerable > 0 ? right / answerable : 0);
    if (taken > 1) curve.auc += (curve.recall.back() - curve.recall.end()[-2]) * curve.precision.back();
  }
  return curve;
}

}  // namespace vpr
