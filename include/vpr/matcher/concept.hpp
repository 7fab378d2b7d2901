// SPDX-License-Identifier: MIT
/// @file
/// What re-ranking asks of a matcher.
#pragma once

#include <vpr/local/features.hpp>

#include <concepts>
#include <cstdint>
#include <string_view>
#include <vector>

namespace vpr {

/// A local feature of the query and one of the candidate that show the same thing: indices of the two photos' features.
struct MatchedPair {
  std::int32_t query = 0;
  std::int32_t candidate = 0;
  float similarity = 0;

  friend bool operator==(const MatchedPair&, const MatchedPair&) = default;
};

/// How well two photos match, more is better, and what of them does, in the order of the query's features.
struct LocalMatch {
  float score = 0;
  std::vector<MatchedPair> pairs = {};
  std::vector<float> parts = {};  ///< scores that a matcher's `compared` weighs beside those of the query's other candidates

  friend bool operator==(const LocalMatch&, const LocalMatch&) = default;
};

/// Compares two photos by their local features: `matcher(query, candidate)` gives a `LocalMatch`. It is const, may be called from
/// several threads, and its answer does not depend on their number. A photo without features is allowed. It may have
/// `prepare(query)`, whose result then stands for the query in all of its comparisons; it may borrow from the query. It may have
/// `compared(matches)`, which scores all candidates of a query anew beside each other, `score_name()`, what its scores are, such as
/// `inliers`, and, if it is learned, `visit(visitor, prefix)`.
template <class M>
concept Matcher = requires(const M matcher, const LocalFeatures& features) {
  { matcher(features, features) } -> std::same_as<LocalMatch>;
};

/// What the scores of a matcher are; `score` where it does not name them.
template <Matcher M>
std::string_view score_name_of(const M& matcher) {
  if constexpr (requires { matcher.score_name(); }) {
    return matcher.score_name();
  } else {
    return "score";
  }
}

}  // namespace vpr
