// SPDX-License-Identifier: MIT
#include <vpr/eval/evaluation_json.hpp>

#include "tests/support/catch.hpp"

TEST_CASE("An evaluation's JSON holds counts, recalls and times") {
  const std::vector<std::int64_t> ranking{0, 1, 1, 0}, at{1, 2};
  const auto recall = vpr::recall(ranking, 2, {{1}, {}}, at);
  const vpr::Timing timing{{{"search", 0.5, 2}}};
  CHECK(vpr::evaluation_json(recall, 2, timing).dump() ==
        R"({"queries":2,"database":2,"recall":{"1":0.0,"2":0.5},"queries_without_positives":1,)"
        R"("recall_of_answerable":{"1":0.0,"2":1.0},"timing":{"search":0.5}})");
  CHECK(vpr::evaluation_json(vpr::recall(ranking, 2, {{}, {}}, at), 2, timing)["recall_of_answerable"].dump() == R"({"1":null,"2":null})");
}
