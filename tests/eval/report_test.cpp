// SPDX-License-Identifier: MIT
#include <vpr/eval/report.hpp>

#include "tests/support/catch.hpp"

using vpr::Dataset;
using vpr::Photo;
using vpr::Position;
using Integers = std::vector<std::int64_t>;

TEST_CASE("A report has each query's first answers, right or wrong, and each photo once") {
  Dataset set;
  set.database = {{"a", "d/a", Position{0, 0}, ""}, {"b", "d/b", Position{3, 4}, ""}, {"c", "d/c", {}, ""}};
  set.queries = {{"q", "q/q", Position{0, 0}, ""}, {"r", "q/r", {}, ""}};
  set.positives = vpr::Positives{{1}, {}};
  const Integers ranking{1, 0, 2, /**/ 1, -1, -1};
  const std::vector<float> scores{0.9f, 0.8f, 0.7f, 0.6f, 0, 0};
  const auto report = vpr::make_report(set, ranking, scores, 3, 2);
  REQUIRE(report.database.size() == 2);
  CHECK(report.database[0].name == "b");
  CHECK(report.database[1].path == "d/a");
  REQUIRE(report.queries.size() == 2);
  const auto& first = report.queries[0];
  REQUIRE(first.answers.size() == 2);
  CHECK(first.answerable);
  CHECK(first.answers[0].photo == 0);
  CHECK(first.answers[0].score == 0.9f);
  CHECK(first.answers[0].right == true);
  CHECK(first.answers[0].metres == 5);
  CHECK(first.answers[1].right == false);
  CHECK_FALSE(report.queries[1].answerable);
  REQUIRE(report.queries[1].answers.size() == 1);
  CHECK(report.queries[1].answers[0].photo == 0);
  CHECK_FALSE(report.queries[1].answers[0].metres);
}

TEST_CASE("A report of unlabelled photos says neither right nor wrong") {
  Dataset set;
  set.database = {{"a", "a", {}, ""}};
  set.queries = {{"q", "q", {}, ""}};
  const auto report = vpr::make_report(set, Integers{0}, std::vector<float>{1}, 1, 5);
  CHECK_FALSE(report.queries[0].answers[0].right);
  CHECK(report.queries[0].answerable);
}

TEST_CASE("A report refuses rankings that do not fit") {
  Dataset set;
  set.database = {{"a", "a", {}, ""}};
  set.queries = {{"q", "q", {}, ""}};
  CHECK_THROWS_AS(vpr::make_report(set, Integers{0, 0}, std::vector<float>{1}, 2, 5), vpr::ShapeError);
  set.queries.resize(4);
  CHECK_THROWS_AS(vpr::make_report(set, {}, {}, std::int64_t{1} << 62, 5), vpr::ShapeError);  // 4 x 2^62 is 0 in 64 bits
  set.queries.resize(1);
  CHECK_THROWS_WITH(vpr::make_report(set, Integers{1}, std::vector<float>{1}, 1, 5),
                    ContainsSubstring("has the answer 1, the database has 1 photos"));
}
