// SPDX-License-Identifier: MIT
#include <vpr/eval/comparison.hpp>

#include "tests/support/catch.hpp"

namespace {
vpr::Comparison example() {
  vpr::Comparison comparison;
  comparison.facts = {{"queries", "4 <of> 5"}};
  comparison.models = {{.name = "gem",
                        .recall = {{1, 5}, {0.25, 0.5}, {}, {}, {}},
                        .extraction = 0.0125,
                        .matching = 0.0005,
                        .bytes = 1536,
                        .dimensions = 384,
                        .parameters = 22'056'577},
                       {.name = "a<b", .recall = {{1}, {0.75}, {}, {}, {}}}};
  return comparison;
}
}  // namespace

TEST_CASE("A comparison as text has a line a model, in columns, and no figure where a model has none") {
  CHECK(vpr::comparison_text(example()) ==
        "model  recall@1  recall@5  extraction ms  matching ms  MB a place  dimensions  parameters\n"
        "gem       0.250     0.500           12.5        0.500      0.0015         384      22.1 M\n"
        "a<b       0.750                      0.0        0.000      0.0000           0       0.0 M\n");
}

TEST_CASE("A comparison of no model has its header alone") {
  CHECK(vpr::comparison_text({}) == "model  extraction ms  matching ms  MB a place  dimensions  parameters\n");
}

TEST_CASE("A comparison's page marks the best recall of each column and escapes names") {
  const std::string html = vpr::comparison_html(example());
  CHECK(html.find("<td class=\"best\">0.750</td>") != html.npos);
  CHECK(html.find("<td>0.250</td><td class=\"best\">0.500</td>") != html.npos);
  CHECK(html.find("a&lt;b") != html.npos);
  CHECK(html.find("4 &lt;of&gt; 5") != html.npos);
  CHECK(html.find("a<b") == html.npos);
}

TEST_CASE("A comparison that cannot be written says so") {
  CHECK_THROWS_AS(vpr::write_comparison("/nowhere/at/all.html", example()), vpr::IoError);
}
