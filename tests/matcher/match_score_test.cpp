// SPDX-License-Identifier: MIT
#include <vpr/matcher/match_score.hpp>

#include "tests/support/catch.hpp"

#include <vector>

using vpr::MatchedPair;
using vpr::Rows;

namespace {
const std::vector<float> query_values{1, 0, 0, 1}, candidate_values{0.5F, 0, 3, 0.25F};
const Rows query(query_values.data(), 2, 2), candidate(candidate_values.data(), 2, 2);
const std::vector<MatchedPair> none, one{{0, 1, 3}}, two{{0, 1, 0.5F}, {1, 0, 0.25F}};
}  // namespace

TEST_CASE("Pairs are counted, and their similarity is averaged") {
  CHECK(vpr::MatchCount::of(none, query, candidate) == 0);
  CHECK(vpr::MatchCount::of(one, query, candidate) == 1);
  CHECK(vpr::MatchCount::of(two, query, candidate) == 2);
  CHECK(vpr::MeanSimilarity::of(none, query, candidate) == 0);
  CHECK(vpr::MeanSimilarity::of(one, query, candidate) == 3);
  CHECK(vpr::MeanSimilarity::of(two, query, candidate) == 0.375F);
}

TEST_CASE("SelaVPR's rules count, and average, but for a single pair") {
  CHECK(vpr::SelaVprScore::of(none, query, candidate) == 0);
  CHECK(vpr::SelaVprScore::of(one, query, candidate) == 0);
  CHECK(vpr::SelaVprScore::of(two, query, candidate) == 2);
  CHECK(vpr::SelaVprTrainingSimilarity::of(two, query, candidate) == 0.375F);
  CHECK(vpr::SelaVprTrainingSimilarity::of(one, query, candidate) == (0.5F + 0.25F) / 2);  // the features at equal places
  CHECK_THROWS_WITH(vpr::SelaVprTrainingSimilarity::of(one, query, candidate.slice(0, 1)),
                    ContainsSubstring("one pair between 2 and 1 features"));
}
