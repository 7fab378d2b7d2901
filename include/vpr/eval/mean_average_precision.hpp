// SPDX-License-Identifier: MIT
/// @file
/// Mean average precision of ranked answers, by the two rules in use.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/dataset/positives.hpp>
#include <vpr/eval/recall.hpp>

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace vpr {

/// Average precision of each query, and its mean.
struct MeanAveragePrecision {
  std::vector<double> of_query;
  double mean = 0;
};

/// Mean average precision over the first K answers: the mean of the precisions at each right answer's rank, divided by the right answers found,
/// so that missing ones cost nothing; a query that finds none counts as 0.
///
/// @param relevance  Q×K row-major, best first; not 0 for a right answer
/// @return  mean 0 where there is no query
/// @throws ShapeError  where `relevance` is not whole rows of K >= 1
inline MeanAveragePrecision mean_average_precision_of_found(std::span<const std::int64_t> relevance, std::int64_t k) {
  VPR_REQUIRE(ShapeError, k >= 1 && relevance.size() % static_cast<std::size_t>(k) == 0, "mean_average_precision_of_found: got ",
              relevance.size(), " answers, expected rows of ", k);
  MeanAveragePrecision result;
  for (std::size_t row = 0; row < relevance.size(); row += static_cast<std::size_t>(k)) {
    double found = 0, sum = 0;
    for (std::int64_t rank = 0; rank < k; ++rank) {
      if (relevance[row + static_cast<std::size_t>(rank)] != 0) sum += ++found / static_cast<double>(rank + 1);
    }
    result.of_query.push_back(found > 0 ? sum / found : 0);
    result.mean += result.of_query.back();
  }
  if (!result.of_query.empty()) result.mean /= static_cast<double>(result.of_query.size());
  return result;
}

/// Mean average precision by the rule of the revisited Oxford and Paris benchmarks.
struct RevisitedPrecision {
  std::vector<std::int64_t> queries;      ///< the queries counted: those with a right answer
  std::vector<double> average_precision;  ///< of each query counted, by trapezoids over recall
  double mean = 0;                        ///< of `average_precision`
  double mean_without_interpolation = 0;  ///< the mean by steps instead of trapezoids
  std::vector<double> precision_at;       ///< for each kappa: the mean precision of the first min(kappa, rank of the last right answer)
};

/// Mean average precision over a whole ranking from which junk is removed (Radenovic et al., "Revisiting Oxford and Paris", CVPR 2018).
///
/// @param ranking    Q×N row-major: the whole database for each query, best first
/// @param n          N >= 1
/// @param positives  Q sets of right answers; queries without any are left out of the mean, as in the official code
/// @param junk       Q ascending sets of answers that count neither way
/// @param kappas     ranks, each >= 1, to give the precision at
/// @throws ShapeError   where `ranking`, `positives` and `junk` do not fit, or a right answer is not in the ranking
/// @throws ConfigError  for a kappa below 1
inline RevisitedPrecision revisited_mean_average_precision(std::span<const std::int64_t> ranking, std::int64_t n,
                                                           const Positives& positives, const Positives& junk,
                                                           std::span<const std::int64_t> kappas) {
  VPR_REQUIRE(ShapeError, positives.size() == junk.size() && detail::holds_rows(ranking.size(), positives.size(), n),
              "revisited_mean_average_precision: got ", ranking.size(), " answers and ", junk.size(), " junk sets, expected ",
              positives.size(), " queries x ", n);
  for (const std::int64_t kappa : kappas)
    VPR_REQUIRE(ConfigError, kappa >= 1, "precision at ", kappa, " is not defined, expected 1 or more");

  const auto has = [](const std::vector<std::int64_t>& set, std::int64_t item) { return std::binary_search(set.begin(), set.end(), item); };
  RevisitedPrecision result;
  result.precision_at.resize(kappas.size());
  for (std::size_t q = 0; q < positives.size(); ++q) {
    if (positives[q].empty()) continue;
    std::vector<std::int64_t> ranks;  // of the right answers, junk not counted
    std::int64_t rank = 0;
    for (const std::int64_t answer : ranking.subspan(q * static_cast<std::size_t>(n), static_cast<std::size_t>(n))) {
      if (has(positives[q], answer)) ranks.push_back(rank);
      rank += has(positives[q], answer) || !has(junk[q], answer);
    }
    VPR_REQUIRE(ShapeError, ranks.size() == positives[q].size(), "revisited_mean_average_precision: query ", q, " ranks ", ranks.size(),
                " of its ", positives[q].size(), " right answers, expected the whole database once");

    double trapezoids = 0, steps = 0;
    for (std::size_t i = 0; i < ranks.size(); ++i) {
      const auto found = static_cast<double>(i), before = static_cast<double>(ranks[i]);
      const double precision = (found + 1) / (before + 1), precision_before = before == 0 ? 1 : found / before;
      trapezoids += (precision_before + precision) / 2;
      steps += precision;
    }
    const auto right = static_cast<double>(ranks.size());
    result.queries.push_back(static_cast<std::int64_t>(q));
    result.average_precision.push_back(trapezoids / right);
    result.mean += trapezoids / right;
    result.mean_without_interpolation += steps / right;
    for (std::size_t i = 0; i < kappas.size(); ++i) {
      const std::int64_t first = std::min(kappas[i], ranks.back() + 1);
      const auto found = std::count_if(ranks.begin(), ranks.end(), [&](std::int64_t r) { return r < first; });
      result.precision_at[i] += static_cast<double>(found) / static_cast<double>(first);
    }
  }
  if (const auto counted = static_cast<double>(result.queries.size()); counted > 0) {
    result.mean /= counted;
    result.mean_without_interpolation /= counted;
    for (double& precision : result.precision_at) precision /= counted;
  }
  return result;
}

}  // namespace vpr
