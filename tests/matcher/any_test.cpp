// SPDX-License-Identifier: MIT
#include <vpr/matcher/any.hpp>
#include <vpr/matcher/mutual_nearest.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using vpr::AnyMatcher;
using vpr::LocalFeatures;
using vpr::LocalMatch;

namespace {
struct Sizes {
  LocalMatch operator()(const LocalFeatures& query, const LocalFeatures& candidate) const {
    return {static_cast<float>(10 * query.size() + candidate.size())};
  }
};
}  // namespace

TEST_CASE("A matcher chosen at run time answers as the one it holds") {
  const LocalFeatures query{{3, 4}, 8, random_floats(96, 1)}, candidate{{5, 2}, 8, random_floats(80, 2)};
  const AnyMatcher mutual = vpr::MutualNearest<vpr::MeanSimilarity>(), sizes = Sizes();
  const LocalMatch wanted = vpr::MutualNearest<vpr::MeanSimilarity>()(query, candidate);
  CHECK(mutual(query, candidate) == wanted);
  const auto prepared = AnyMatcher(mutual).prepare(query);  // outlives the matcher that made it
  CHECK(mutual(prepared, candidate) == wanted);
  CHECK(sizes(query, candidate).score == 130);
  CHECK(sizes(sizes.prepare(query), candidate).score == 130);
}
