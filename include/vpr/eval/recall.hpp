// SPDX-License-Identifier: MIT
/// @file
/// Recall@N, the field's measure of retrieval.
#pragma once

#include <vpr/core/error.hpp>
#include <vpr/dataset/positives.hpp>

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace vpr {

namespace detail {

/// Whether so many numbers are `rows` rows of `k` each, k >= 1, however large k is.
inline bool holds_rows(std::size_t numbers, std::size_t rows, std::int64_t k) {
  if (k < 1 || rows == 0) return k >= 1 && numbers == 0;
  return numbers % rows == 0 && numbers / rows == static_cast<std::size_t>(k);
}

}  // namespace detail

/// The share of queries with a right answer among their first N, for each N asked for.
struct Recall {
  std::vector<std::int64_t> at;            ///< each N, as asked
  std::vector<double> of_all;              ///< in [0, 1]; queries without a right answer count as misses, as in the official evaluations
  std::vector<double> of_answerable;       ///< in [0, 1]; those queries left out
  std::vector<std::int64_t> unanswerable;  ///< those queries' indices, ascending
  std::vector<std::int64_t> rank;          ///< of each query: the rank of its first right answer, from 0; -1 where it is not among the K
};

/// Recall@N of ranked answers.
///
/// @param ranking    Q×K row-major database indices, best first; -1 where there are fewer than K (as FAISS pads)
/// @param k          K >= 1. An N above K counts the K answers there are, so search for the largest N, or for the whole database.
/// @param positives  Q sets of right answers; `ranking`'s order decides within ties, and so does the recall
/// @param at         each N >= 1
/// @return  0 everywhere where there is no query
/// @throws ShapeError   where `ranking` is not Q×K
/// @throws ConfigError  for an N below 1
inline Recall recall(std::span<const std::int64_t> ranking, std::int64_t k, const Positives& positives, std::span<const std::int64_t> at) {
  VPR_REQUIRE(ShapeError, detail::holds_rows(ranking.size(), positives.size(), k), "recall: got ", ranking.size(), " answers, expected ",
              positives.size(), " queries x ", k);
  for (const std::int64_t n : at) VPR_REQUIRE(ConfigError, n >= 1, "recall@", n, " is not defined, expected 1 or more");

  Recall result{{at.begin(), at.end()}, std::vector<double>(at.size()), std::vector<double>(at.size()), {}, {}};
  for (std::size_t q = 0; q < positives.size(); ++q) {
    if (positives[q].empty()) result.unanswerable.push_back(static_cast<std::int64_t>(q));
    const auto answers = ranking.subspan(q * static_cast<std::size_t>(k), static_cast<std::size_t>(k));
    const auto hit = std::find_if(answers.begin(), answers.end(), [&](std::int64_t answer) {
      return std::binary_search(positives[q].begin(), positives[q].end(), answer);
    });
    result.rank.push_back(hit == answers.end() ? -1 : hit - answers.begin());
  }
  const auto queries = static_cast<double>(positives.size()), answerable = queries - static_cast<double>(result.unanswerable.size());
  for (std::size_t i = 0; i < at.size(); ++i) {
    const auto hits = static_cast<double>(
        std::count_if(result.rank.begin(), result.rank.end(), [n = at[i]](std::int64_t rank) { return rank >= 0 && rank < n; }));
    result.of_all[i] = queries > 0 ? hits / queries : 0;
    result.of_answerable[i] = answerable > 0 ? hits / answerable : 0;
  }
  return result;
}

/// The recall@1 of answers drawn at random: the mean share of the database that is right, in [0, 1]; 0 without queries or a database. Near 1, as
/// where a radius in metres meets positions in kilometres, a recall says nothing.
inline double random_recall(const Positives& positives, std::int64_t database) {
  double sum = 0;
  for (const auto& of_query : positives) sum += static_cast<double>(of_query.size());
  return positives.empty() || database < 1 ? 0 : sum / (static_cast<double>(positives.size()) * static_cast<double>(database));
}

}  // namespace vpr
