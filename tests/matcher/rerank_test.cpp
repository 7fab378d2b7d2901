// SPDX-License-Identifier: MIT
#include <vpr/matcher/mutual_nearest.hpp>
#include <vpr/matcher/rerank.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"
#include "tests/support/threads.hpp"

#include <cmath>
#include <vector>

using vpr::LocalFeatures;
using vpr::LocalMatch;
using vpr::Match;
using vpr::Matches;
using vpr::MemoryLocalStore;
using vpr::rerank;

namespace {

/// One number a photo; two photos match as well as these say: the score is their product.
struct ByProduct {
  LocalMatch operator()(const LocalFeatures& query, const LocalFeatures& candidate) const {
    return {query.values[0] * candidate.values[0], {{0, 0, 1}}};
  }
};
static_assert(vpr::Matcher<ByProduct>);

LocalFeatures worth(float value) { return {{1, 1}, 1, {value}}; }

MemoryLocalStore store_of(const std::vector<float>& worths) {
  MemoryLocalStore store(vpr::LocalPrecision::float32);
  for (const float value : worths) store.add(worth(value));
  return store;
}

const Matches found{{4, 0.9F}, {0, 0.8F}, {3, 0.7F}, {1, 0.6F}, {2, 0.5F}};

}  // namespace

TEST_CASE("The first k come in the order of the second look, with both scores; the rest as it was") {
  const MemoryLocalStore store = store_of({1, 5, 9, 3, 2});
  const vpr::Reranked result = rerank(found, 3, worth(2), store, ByProduct());
  CHECK(result.matches == Matches{{3, 0.7F}, {4, 0.9F}, {0, 0.8F}, {1, 0.6F}, {2, 0.5F}});
  REQUIRE(result.local.size() == 3);
  CHECK(result.local[0] == LocalMatch{6, {{0, 0, 1}}});
  CHECK(result.local[1].score == 4);
  CHECK(result.local[2].score == 2);
  CHECK(result.places == std::vector<vpr::LocalPlaces>(3, {.grid = {1, 1}}));
}

TEST_CASE("Equal scores keep the first stage's order") {
  const MemoryLocalStore store = store_of({1, 1, 1, 1, 1});
  CHECK(rerank(found, 5, worth(1), store, ByProduct()).matches == found);
  const MemoryLocalStore two = store_of({1, 2, 2, 1, 1});
  CHECK(rerank(found, 5, worth(1), two, ByProduct()).matches == Matches{{1, 0.6F}, {2, 0.5F}, {4, 0.9F}, {0, 0.8F}, {3, 0.7F}});
}

TEST_CASE("A matcher may score a query's candidates anew, beside each other") {
  struct Beside : ByProduct {
    void compared(std::span<LocalMatch> matches) const {
      float sum = 0;
      for (const LocalMatch& match : matches) sum += match.score;
      for (LocalMatch& match : matches) match.score = 1 - match.score / sum;
    }
  };
  const vpr::Reranked result = rerank(found, 3, worth(2), store_of({1, 5, 9, 3, 2}), Beside());
  CHECK(result.matches == Matches{{0, 0.8F}, {4, 0.9F}, {3, 0.7F}, {1, 0.6F}, {2, 0.5F}});
  CHECK(result.local[2].score == 0.5F);
}

TEST_CASE("k may be 0 or more than there are matches") {
  const MemoryLocalStore store = store_of({1, 5, 9, 3, 2});
  CHECK(rerank(found, 0, worth(1), store, ByProduct()).matches == found);
  CHECK(rerank(found, 0, worth(1), store, ByProduct()).local.empty());
  CHECK(rerank(found, 99, worth(1), store, ByProduct()).local.size() == 5);
  CHECK(rerank({}, 5, worth(1), store, ByProduct()).matches.empty());
}

TEST_CASE("Photos without features come last, in the first stage's order") {
  MemoryLocalStore store;
  const LocalFeatures query{{2, 2}, 8, random_floats(32, 1)};
  for (const bool empty : {true, false, true, false, true}) store.add(empty ? LocalFeatures{{0, 0}, 8, {}} : query);
  const Matches reranked = rerank(found, 5, query, store, vpr::MutualNearest<>()).matches;
  CHECK(vpr::ids_of({reranked}, 5) == std::vector<std::int64_t>{3, 1, 4, 0, 2});
  CHECK(rerank(found, 5, {{0, 0}, 8, {}}, store, vpr::MutualNearest<>()).matches == found);
}

TEST_CASE("Re-ranking gives the same on any number of threads, and holds no more candidates than those") {
  std::vector<LocalFeatures> photos;
  for (std::uint64_t i = 0; i < 11; ++i) photos.push_back({{6, 7}, 16, random_floats(42 * 16, i)});
  Matches all;
  for (std::int64_t id = 10; id >= 0; --id) all.push_back({id, 0});
  int asked = 0;
  const vpr::ComputedLocalStore store(11, [&](std::int64_t id) {
    ++asked;
    return photos[static_cast<std::size_t>(id)];
  });
  vpr::Reranked alone;
  {
    const Threads one(1);
    alone = rerank(all, 9, photos[4], store, vpr::MutualNearest<>());
  }
  CHECK(asked == 9);  // each candidate once, the others never
  CHECK(alone.matches[0].id == 4);
  for (const int count : {2, 3, 16}) {
    const Threads several(count);
    const vpr::Reranked result = rerank(all, 9, photos[4], store, vpr::MutualNearest<>());
    CHECK(result.matches == alone.matches);
    CHECK(result.local == alone.local);
  }
}

TEST_CASE("Ids that the store lacks, a negative k and a score that is no number are refused") {
  const MemoryLocalStore store = store_of({1, 2, 3});
  CHECK_THROWS_WITH(rerank(found, 5, worth(1), store, ByProduct()),
                    ContainsSubstring("match 0 is photo 4, the store has the local features of 3"));
  CHECK_THROWS_AS(rerank({{-1, 0}}, 1, worth(1), store, ByProduct()), vpr::ConfigError);
  CHECK_THROWS_WITH(rerank(found, -1, worth(1), store, ByProduct()), ContainsSubstring("got k = -1"));
  CHECK_THROWS_WITH(rerank({{1, 0}}, 1, worth(NAN), store, ByProduct()), ContainsSubstring("score of photo 1 is NaN"));
}

TEST_CASE("What a store throws comes through") {
  const vpr::ComputedLocalStore store(5, [](std::int64_t id) -> LocalFeatures { vpr::fail<vpr::IoError>("photo ", id, " is gone"); });
  CHECK_THROWS_WITH(rerank(found, 2, worth(1), store, ByProduct()), ContainsSubstring("photo 4 is gone"));
}
