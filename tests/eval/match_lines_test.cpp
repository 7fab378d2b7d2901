// SPDX-License-Identifier: MIT
#include <vpr/eval/match_lines.hpp>

#include "tests/support/catch.hpp"

using vpr::LocalMatch;
using vpr::MatchLine;

TEST_CASE("Lines join the centres of the matched places, the most similar first") {
  const LocalMatch match{3, {{0, 3, 0.5F}, {5, 0, 0.9F}, {2, 1, 0.5F}}};
  CHECK(vpr::match_lines(match, {{2, 3}}, {{4, 1}}, 10) ==
        std::vector<MatchLine>{{2.5F / 3, 0.75F, 0.5F, 0.125F}, {0.5F / 3, 0.25F, 0.5F, 0.875F}, {2.5F / 3, 0.25F, 0.5F, 0.375F}});
  CHECK(vpr::match_lines(match, {{2, 3}}, {{4, 1}}, 2).size() == 2);
  CHECK(vpr::match_lines(match, {{2, 3}}, {{4, 1}}, 0).empty());
  CHECK(vpr::match_lines({}, {{2, 3}}, {{4, 1}}, 5).empty());
}

TEST_CASE("A place that is not on its grid is refused") {
  CHECK_THROWS_WITH(vpr::match_lines({1, {{6, 0, 1}}}, {{2, 3}}, {{4, 1}}, 5), ContainsSubstring("got place 6 on a grid of 2x3"));
  CHECK_THROWS_AS(vpr::match_lines({1, {{0, -1, 1}}}, {{2, 3}}, {{4, 1}}, 5), vpr::ShapeError);
}
