// SPDX-License-Identifier: MIT
/// @file
/// What the matched pairs of two photos are worth.
#pragma once

#include <vpr/matcher/concept.hpp>

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <span>
#include <string_view>

namespace vpr {

/// A rule: `of(pairs, query, candidate)` gives a score from the matched pairs and the features of both photos, of which there is
/// at least one each. More is better. `S::name`, if there, is what the score is.
template <class S>
concept MatchScore = requires(std::span<const MatchedPair> pairs, Rows rows) {
  { S::of(pairs, rows, rows) } -> std::same_as<float>;
};

/// How many pairs there are.
struct MatchCount {
  static constexpr std::string_view name = "matches";
  static float of(std::span<const MatchedPair> pairs, Rows, Rows) { return static_cast<float>(pairs.size()); }
};

/// The pairs' mean similarity; 0 without pairs. It favours few good pairs over many.
struct MeanSimilarity {
  static constexpr std::string_view name = "mean similarity";
  static float of(std::span<const MatchedPair> pairs, Rows, Rows) {
    double sum = 0;
    for (const MatchedPair& pair : pairs) sum += static_cast<double>(pair.similarity);
    return pairs.empty() ? 0 : static_cast<float>(sum / static_cast<double>(pairs.size()));
  }
};

/// SelaVPR's evaluation: how many pairs there are, and 0 where there is exactly one, as its authors' code has it (a squeezed
/// axis leaves nothing to count).
struct SelaVprScore {
  static constexpr std::string_view name = "matches";
  static float of(std::span<const MatchedPair> pairs, Rows, Rows) { return pairs.size() == 1 ? 0 : static_cast<float>(pairs.size()); }
};

/// SelaVPR's similarity in training: the pairs' mean similarity; where there is exactly one pair, the mean inner product of the
/// features at equal places, as the same squeeze makes of it.
struct SelaVprTrainingSimilarity {
  static constexpr std::string_view name = "mean similarity";
  /// @throws ShapeError  where there is exactly one pair and the photos differ in their number of features.
  static float of(std::span<const MatchedPair> pairs, Rows query, Rows candidate) {
    if (pairs.size() != 1) return MeanSimilarity::of(pairs, query, candidate);
    VPR_REQUIRE(ShapeError, query.size() == candidate.size(), "SelaVPR's training similarity: got one pair between ", query.size(), " and ",
                candidate.size(), " features; its fallback needs as many on both sides");
    double sum = 0;
    for (std::int64_t i = 0; i < query.size(); ++i) {
      for (std::int64_t k = 0; k < query.dim(); ++k) sum += static_cast<double>(query[i][k]) * static_cast<double>(candidate[i][k]);
    }
    return static_cast<float>(sum / static_cast<double>(query.size()));
  }
};

}  // namespace vpr
