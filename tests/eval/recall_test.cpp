// SPDX-License-Identifier: MIT
#include <vpr/eval/recall.hpp>

#include "tests/support/catch.hpp"

using vpr::Positives;
using Integers = std::vector<std::int64_t>;

TEST_CASE("Recall@N counts the queries with a right answer among the first N") {
  const Integers ranking{5, 1, 2, /**/ 9, 8, 7, /**/ 0, 3, 4, /**/ 6, 6, 6};
  const Positives positives{{2, 9}, {9}, {}, {1}};
  const auto result = vpr::recall(ranking, 3, positives, Integers{1, 2, 3});
  CHECK(result.rank == Integers{2, 0, -1, -1});
  CHECK(result.of_all == std::vector<double>{0.25, 0.25, 0.5});
  CHECK(result.of_answerable == std::vector<double>{1.0 / 3, 1.0 / 3, 2.0 / 3});
  CHECK(result.unanswerable == Integers{2});
}

TEST_CASE("Recall@N takes padded rankings and an N beyond the ranking") {
  const auto result = vpr::recall(Integers{1, -1, -1, 0, 1, -1}, 3, {{1}, {1}}, Integers{1, 100});
  CHECK(result.of_all == std::vector<double>{0.5, 1});
}

TEST_CASE("Recall within a tie follows the ranking's order") {
  CHECK(vpr::recall(Integers{3, 4}, 2, {{4}}, Integers{1}).of_all[0] == 0);
  CHECK(vpr::recall(Integers{4, 3}, 2, {{4}}, Integers{1}).of_all[0] == 1);
}

TEST_CASE("Recall of no queries, or of none that can be answered, is 0") {
  CHECK(vpr::recall({}, 5, {}, Integers{1}).of_all[0] == 0);
  const auto result = vpr::recall(Integers{0}, 1, {{}}, Integers{1});
  CHECK(result.of_all[0] == 0);
  CHECK(result.of_answerable[0] == 0);
}

TEST_CASE("The recall of answers drawn at random is the mean share of the database that is right") {
  CHECK(vpr::random_recall({{0}, {0, 1, 3}, {}, {2}}, 4) == 5.0 / 16);
  CHECK(vpr::random_recall({{0, 1}, {0, 1}}, 2) == 1);
  CHECK(vpr::random_recall({}, 4) == 0);
  CHECK(vpr::random_recall({{}}, 0) == 0);
}

TEST_CASE("Recall refuses what does not fit") {
  CHECK_THROWS_WITH(vpr::recall(Integers{1, 2, 3}, 2, {{1}, {2}}, Integers{1}), ContainsSubstring("got 3 answers, expected 2 queries x 2"));
  CHECK_THROWS_AS(vpr::recall({}, 0, {}, Integers{1}), vpr::ShapeError);
  CHECK_THROWS_AS(vpr::recall({}, std::int64_t{1} << 62, {{1}, {1}, {1}, {1}}, Integers{1}), vpr::ShapeError);  // 4 x 2^62 is 0 in 64 bits
  CHECK_THROWS_AS(vpr::recall(Integers{1}, 1, {{1}}, Integers{0}), vpr::ConfigError);
}
