// SPDX-License-Identifier: MIT
/// @file
/// Re-ranking of the best candidates.
#pragma once

#include <vpr/core/parallel.hpp>
#include <vpr/index/concept.hpp>
#include <vpr/local/store.hpp>
#include <vpr/matcher/concept.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

namespace vpr {

/// One query's matches after re-ranking.
struct Reranked {
  Matches matches;                  ///< all of the first stage's in the new order, each with its score there
  std::vector<LocalMatch> local;    ///< of those that were re-ranked, the first ones of `matches`: the new score, and the pairs to draw
  std::vector<LocalPlaces> places;  ///< those of the candidates that the pairs name
};

/// Looks again at the first min(k, size) matches of an index and orders them by the matcher's score, best first; equal scores keep the
/// first stage's order, and so do the matches behind the k-th. A matcher with `compared(matches)` then scores the candidates of the query anew,
/// beside each other.
///
/// @param query  the query's local features
/// @param store  the database's, under the index's ids
/// @param execution  where candidates are compared
///
/// At most as many candidates as there are threads are held in memory at a time, beside the store. The answer does not depend on
/// the number of threads.
/// @throws ConfigError  for a negative k, an id that the store does not have, or a score that is NaN; what the store and the matcher throw
template <LocalStore Store, Matcher M>
Reranked rerank(const Matches& found, std::int64_t k, const LocalFeatures& query, const Store& store, const M& matcher,
                const Execution& execution = {}) {
  const ExecutionScope scope(execution);
  VPR_REQUIRE(ConfigError, k >= 0, "rerank: got k = ", k, ", expected at least 0");
  const std::size_t count = std::min(static_cast<std::size_t>(k), found.size());
  std::vector<LocalMatch> local(count);
  std::vector<LocalPlaces> places(count);
  const auto compare = [&](const auto& prepared) {
    std::vector<LocalFeatures> candidates;
    for (std::size_t begin = 0; begin < count; begin += candidates.size()) {
      candidates.clear();
      for (std::size_t i = begin; i < std::min(count, begin + static_cast<std::size_t>(thread_count())); ++i) {
        const std::int64_t id = found[i].id;
        if constexpr (requires { store.contains(id); }) {
          VPR_REQUIRE(ConfigError, store.contains(id), "rerank: match ", i, " is photo ", id, ", which the store does not have");
        } else {
          VPR_REQUIRE(ConfigError, id >= 0 && id < store.size(), "rerank: match ", i, " is photo ", id,
                      ", the store has the local features of ", store.size());
        }
        candidates.push_back(store.features(id));
      }
      parallel_for(static_cast<std::int64_t>(candidates.size()), [&](std::int64_t i) {
        const LocalFeatures& candidate = candidates[static_cast<std::size_t>(i)];
        local[begin + static_cast<std::size_t>(i)] = matcher(prepared, candidate);
        places[begin + static_cast<std::size_t>(i)] = candidate.places();
      });
    }
  };
  if constexpr (requires { matcher.prepare(query); }) {
    compare(matcher.prepare(query));
  } else {
    compare(query);
  }
  if constexpr (requires { matcher.compared(std::span<LocalMatch>(local)); }) matcher.compared(std::span<LocalMatch>(local));

  for (std::size_t i = 0; i < count; ++i) {
    VPR_REQUIRE(ConfigError, local[i].score == local[i].score, "rerank: the matcher's score of photo ", found[i].id, " is NaN");
  }
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return local[a].score > local[b].score; });
  Reranked result{found, {}, {}};
  for (std::size_t i = 0; i < count; ++i) {
    result.matches[i] = found[order[i]];
    result.local.push_back(std::move(local[order[i]]));
    result.places.push_back(std::move(places[order[i]]));
  }
  return result;
}

}  // namespace vpr
