// SPDX-License-Identifier: MIT
/// @file
/// The best few of many matches.
#pragma once

#include <vpr/index/concept.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

namespace vpr {

/// The order of matches: the better score first, then the lower id. No two matches of different ids are equal in it, so the best
/// k of a set are the same however the set is cut and merged.
template <class Metric>
struct BetterMatch {
  bool operator()(const Match& a, const Match& b) const { return a.score != b.score ? Metric::better(a.score, b.score) : a.id < b.id; }
};

/// Keeps the best k of the matches offered to it. Memory grows with what is kept, up to k. Scores must not be NaN.
template <class Metric>
class TopK {
 public:
  /// @throws ConfigError for a negative k.
  explicit TopK(std::int64_t k) : k_(static_cast<std::size_t>(k)) {
    VPR_REQUIRE(ConfigError, k >= 0, "TopK: got k = ", k, ", expected at least 0");
  }

  void offer(Match match) {
    if (heap_.size() < k_) {
      heap_.push_back(match);
      std::push_heap(heap_.begin(), heap_.end(), order_);
    } else if (k_ > 0 && order_(match, heap_.front())) {
      std::pop_heap(heap_.begin(), heap_.end(), order_);
      heap_.back() = match;
      std::push_heap(heap_.begin(), heap_.end(), order_);
    }
  }

  /// Offers scores of consecutive ids.
  void offer(std::int64_t first_id, std::span<const float> scores) {
    for (const float score : scores) offer({first_id++, score});
  }

  /// Offers those of 64 scores of consecutive ids whose bit is set.
  void offer(std::int64_t first_id, const float* scores, std::uint64_t chosen) {
    for (; chosen != 0; chosen &= chosen - 1) offer({first_id + std::countr_zero(chosen), scores[std::countr_zero(chosen)]});
  }

  /// The score that a match has to reach to be kept; none while fewer than k are kept.
  std::optional<float> bound() const { return k_ > 0 && heap_.size() == k_ ? std::optional(heap_.front().score) : std::nullopt; }

  /// What is kept, best first; nothing is kept afterwards.
  Matches take() {
    std::sort_heap(heap_.begin(), heap_.end(), order_);
    return std::exchange(heap_, {});
  }

 private:
  std::size_t k_;
  BetterMatch<Metric> order_;
  Matches heap_;  // the worst one kept in front
};

}  // namespace vpr
