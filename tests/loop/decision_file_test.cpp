// SPDX-License-Identifier: MIT
#include <vpr/loop/decision_file.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace vpr;

TEST_CASE("A rule comes back as it was, from text and from a file") {
  const TemporaryFolder folder;
  const DecisionRule measured{.better = BetterScore::lesser,
                              .threshold = 0.1F,
                              .margin = 1e-20F,
                              .logistic = std::array{-1.0 / 3, 2e300, 0.0},
                              .measured = {"drive \xff \"3\"", 812, 640, 512, 511, 0.99}};
  for (const DecisionRule& rule : {measured, DecisionRule{}, DecisionRule{.threshold = -3.4e38F}}) {
    CHECK(decision_of(decision_text(rule), "text") == rule);
    save_decision(folder.file("rule.json"), rule);
    CHECK(load_decision(folder.file("rule.json")) == rule);
  }
}

TEST_CASE("What is no rule is refused with its name") {
  for (const char* text : {"", "[]", "{}", "{\"vpr_decision\": 1}", "{\"vpr_decision\": 2}", "{\"vpr_decision\": 1, \"better\": 3}", "x"})
    CHECK_THROWS_AS(decision_of(text, "some file"), FormatError);
  CHECK_THROWS_WITH(decision_of("{\"vpr_decision\": 2}", "f"), "f: holds a rule of decision of version 2, this library reads version 1");
  CHECK_THROWS_AS(decision_of(decision_text({.measured = {.answers = 3, .right = 2, .accepted = 4, .accepted_right = 1}}), "f"),
                  FormatError);
  CHECK_THROWS_AS(decision_of(decision_text({.measured = {.answers = 3, .right = 1, .accepted = 2, .accepted_right = -1}}), "f"),
                  FormatError);
  std::string other = decision_text({});
  other.replace(other.find("larger"), 6, "no-one");
  CHECK_THROWS_WITH(decision_of(other, "f"), "f: better is 'no-one', expected larger or lesser");
}
