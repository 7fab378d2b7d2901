// SPDX-License-Identifier: MIT
#include <vpr/eval/report_svg.hpp>

#include "tests/support/catch.hpp"

TEST_CASE("The recall curve rises from the first N to the last") {
  const std::vector<std::int64_t> ranking{7, 1, 7, /**/ 2, 7, 7}, at{3, 1};
  const auto svg = vpr::recall_svg(vpr::recall(ranking, 3, {{1}, {2}}, at));
  // N = 1, 2, 3 at x = 44, 255, 466; shares 0.5, 1, 1 at y = 110, 14, 14.
  CHECK_THAT(svg, ContainsSubstring("d=\"M44.0 110.0L255.0 14.0L466.0 14.0\""));
  CHECK_THAT(svg, ContainsSubstring("<circle cx=\"44.0\" cy=\"110.0\""));
  CHECK_THAT(svg, ContainsSubstring("<title>recall@3: 100.0%</title>"));
}

TEST_CASE("The recall curve of nothing, of one N, and of no queries is drawn") {
  const std::vector<std::int64_t> one{1};
  CHECK(vpr::recall_svg(vpr::recall({}, 1, {}, {})).empty());
  CHECK_THAT(vpr::recall_svg(vpr::recall({}, 1, {}, one)), ContainsSubstring("d=\"M44.0 206.0L466.0 206.0\""));
}

TEST_CASE("Numbers below the curve keep apart") {
  const std::vector<std::int64_t> at{1, 2, 3, 100};
  const auto svg = vpr::recall_svg(vpr::recall({}, 1, {}, at));
  CHECK_THAT(svg, ContainsSubstring(">100</text>"));
  CHECK(svg.find(">2</text>") == std::string::npos);
}

TEST_CASE("The recall curve has no more points than rises, however far it reaches") {
  const std::vector<std::int64_t> at{1'000'000'000};
  CHECK(vpr::recall_svg(vpr::recall(std::vector<std::int64_t>{5, 1}, 2, {{1}}, at)).size() < 3000);
}
