// SPDX-License-Identifier: MIT
#include <vpr/matcher/any.hpp>
#include <vpr/matcher/masked.hpp>

#include "tests/support/catch.hpp"

#include <vector>

using vpr::LocalFeatures;
using vpr::Masked;
using vpr::MatchedPair;

namespace {
const LocalFeatures query{{1, 3}, 2, {1, 0, 0, 1, 1, 1}, {{0, 0, 1}, {0, 0, 0.5F}, {0, 0, 0.02F}}};
const LocalFeatures candidate{{1, 2}, 2, {2, 2, 0, 0.5F}, {{0, 0, 0.03F}, {0, 0, 1}}};
}  // namespace

TEST_CASE("Features that are attended to too little do not match, however alike") {
  const vpr::LocalMatch all = vpr::MutualNearest<>()(query, candidate), some = Masked<>()(query, candidate);
  CHECK(all.pairs == std::vector<MatchedPair>{{2, 0, 4}});
  CHECK(some.pairs == std::vector<MatchedPair>{{0, 0, 2}});
  CHECK(Masked<>{{}, 0.6F}(query, candidate).pairs == std::vector<MatchedPair>{{0, 0, 0}});
  const vpr::AnyMatcher<> any = Masked<>();
  const auto prepared = vpr::AnyMatcher<>(any).prepare(query);
  CHECK(any(prepared, candidate) == some);
}

TEST_CASE("A masked feature is nearest where all others point away, and features without scores count") {
  const LocalFeatures away{{1, 2}, 1, {-1, 3}, {{0, 0, 1}, {0, 0, 0}}}, one{{1, 1}, 1, {1}};
  CHECK(Masked<>()(one, away).pairs == std::vector<MatchedPair>{{0, 1, 0}});
  CHECK(Masked<>()(one, one).pairs == std::vector<MatchedPair>{{0, 0, 1}});
  CHECK(Masked<>()(LocalFeatures{{0, 0}, 1}, one).pairs.empty());
}
