// SPDX-License-Identifier: MIT
/// @file
/// Whether an answer is good enough: accept or reject, and how likely it is right.
#pragma once

#include <vpr/core/finite.hpp>
#include <vpr/index/concept.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>

namespace vpr {

/// Which of two scores is better: the larger, as of inner products, or the lesser, as of distances.
enum class BetterScore { larger, lesser };

enum class Decision { accept, reject };

/// How much better the best match is than the best one at a different place; nothing for a query without matches. Where all matches are of
/// one place it is the distance to the last of them: a match at another place would be no better than that.
///
/// @param same_place  of two ids, whether they are one place, such as neighbours in a drive
template <std::predicate<std::int64_t, std::int64_t> SamePlace>
std::optional<float> margin_of(const Matches& matches, const SamePlace& same_place, BetterScore better = BetterScore::larger) {
  if (matches.empty()) return std::nullopt;
  const Match& best = matches.front();
  const auto other = std::find_if(matches.begin(), matches.end(), [&](const Match& match) { return !same_place(best.id, match.id); });
  const float next = (other == matches.end() ? matches.back() : *other).score;
  return better == BetterScore::larger ? best.score - next : next - best.score;
}

/// How a rule was measured: what it did to the answers that it was fitted to.
struct DecisionEvidence {
  std::string on = {};              ///< what they were of, in the user's words
  std::int64_t answers = 0;         ///< queries that had an answer
  std::int64_t right = 0;           ///< of these, the right ones
  std::int64_t accepted = 0;        ///< those that the rule accepts
  std::int64_t accepted_right = 0;  ///< of these, the right ones
  double wanted_precision = 0;

  double precision() const { return accepted == 0 ? 1 : static_cast<double>(accepted_right) / static_cast<double>(accepted); }
  /// Of the right answers, the share that is accepted.
  double recall() const { return right == 0 ? 0 : static_cast<double>(accepted_right) / static_cast<double>(right); }
  /// What the share of wrong answers among the accepted exceeds with a probability of 5 % only, if queries come independently and as in the run; of
  /// a run without a wrong one 1 - 0.05^(1/n), about 3/n.
  double error_bound() const {
    if (accepted == 0) return 1;
    // Clopper and Pearson: the rate at which so few wrong answers or fewer come with 5 %, by bisection.
    const double n = static_cast<double>(accepted);
    const std::int64_t wrong = accepted - accepted_right;
    double low = 0, high = 1;
    for (int i = 0; i < 60; ++i) {
      const double rate = (low + high) / 2;
      double chance = 0;
      for (std::int64_t k = 0; k <= wrong; ++k) {
        const double of_k = static_cast<double>(k);
        chance += std::exp(std::lgamma(n + 1) - std::lgamma(of_k + 1) - std::lgamma(n - of_k + 1) + of_k * std::log(rate) +
                           (n - of_k) * std::log1p(-rate));
      }
      (chance > 0.05 ? low : high) = rate;
    }
    return high;
  }

  friend bool operator==(const DecisionEvidence&, const DecisionEvidence&) = default;
};

/// A rule by which answers are accepted, and what it was measured on.
struct DecisionRule {
  BetterScore better = BetterScore::larger;
  std::optional<float> threshold = {};  ///< an accepted score is better than this
  std::optional<float> margin = {};     ///< an accepted margin is larger than this
  /// Of the probability 1 / (1 + exp(-(c0 + c1 score + c2 margin))) that an answer is right; none where it was not fitted.
  std::optional<std::array<double, 3>> logistic = {};
  DecisionEvidence measured = {};

  /// Whether it was measured, not just chosen.
  bool calibrated() const { return measured.answers > 0; }

  Decision operator()(float score, float answer_margin) const {
    const bool good = !threshold || (better == BetterScore::larger ? score > *threshold : score < *threshold);
    return good && (!margin || answer_margin > *margin) ? Decision::accept : Decision::reject;
  }

  std::optional<double> probability(float score, float answer_margin) const {
    if (!logistic) return std::nullopt;
    const auto& c = *logistic;
    return 1 / (1 + std::exp(-(c[0] + c[1] * static_cast<double>(score) + c[2] * static_cast<double>(answer_margin))));
  }

  friend bool operator==(const DecisionRule&, const DecisionRule&) = default;
};

/// An answer to "where is this?", which may be that it is not known.
struct DecidedAnswer {
  Decision decision = Decision::reject;
  std::optional<Match> match = {};  ///< the best one, of a rejected answer too; nothing where nothing was found
  float margin = 0;
  std::optional<double> probability = {};  ///< that the match is right; nothing where the rule has none
};

/// What a rule makes of a query's matches, the best first.
template <std::predicate<std::int64_t, std::int64_t> SamePlace>
DecidedAnswer decide(const DecisionRule& rule, const Matches& matches, const SamePlace& same_place) {
  const std::optional<float> margin = margin_of(matches, same_place, rule.better);
  if (!margin) return {};
  const Match& best = matches.front();
  return {rule(best.score, *margin), best, *margin, rule.probability(best.score, *margin)};
}

}  // namespace vpr
