// SPDX-License-Identifier: MIT
/// @file
/// Mutual nearest neighbours: the local features of two photos that choose each other.
#pragma once

#include <vpr/core/execution.hpp>
#include <vpr/matcher/match_score.hpp>
#include <vpr/matcher/nearest.hpp>

#include <string_view>

namespace vpr {

/// Scores two photos by the local features that are each other's nearest by inner product, as SelaVPR does (Lu et al., ICLR 2024).
///
/// @tparam Score  what is made of the pairs: `MatchCount`, `MeanSimilarity`, or SelaVPR's own rules in `match_score.hpp`
///
/// Ties go to the lowest index. A photo without features matches nothing and scores 0. Goldens selavpr_match_*.
template <MatchScore Score = MatchCount>
struct MutualNearest {
  Execution execution{};  ///< where features are compared; the current one unless another is set

  /// Borrows the query.
  NearestFinder prepare(const LocalFeatures& query) const { return NearestFinder(query); }
  NearestFinder prepare(const LocalFeatures&& query) const = delete;

  /// @throws ShapeError for features of different lengths; FormatError for NaN or infinity.
  LocalMatch operator()(const NearestFinder& query, const LocalFeatures& candidate) const {
    if (query.rows().size() == 0 || candidate.size() == 0) return {};
    const ExecutionScope scope(execution);
    LocalMatch match{0, query(candidate).mutual()};
    match.score = Score::of(match.pairs, query.rows(), candidate);
    return match;
  }
  LocalMatch operator()(const LocalFeatures& query, const LocalFeatures& candidate) const { return (*this)(prepare(query), candidate); }
  std::string_view score_name() const {
    if constexpr (requires { Score::name; }) {
      return Score::name;
    } else {
      return "score";
    }
  }
};

static_assert(Matcher<MutualNearest<>>);

}  // namespace vpr
