// SPDX-License-Identifier: MIT
#include <vpr/eval/mean_average_precision.hpp>

#include "tests/support/catch.hpp"

using Integers = std::vector<std::int64_t>;

TEST_CASE("Mean average precision of found answers divides by those found") {
  const auto result = vpr::mean_average_precision_of_found(Integers{1, 0, 1, /**/ 0, 0, 0, /**/ 0, 1, 0}, 3);
  CHECK(result.of_query == std::vector<double>{(1 + 2.0 / 3) / 2, 0, 0.5});
  CHECK(result.mean == Approx((5.0 / 6 + 0.5) / 3));
  CHECK(vpr::mean_average_precision_of_found({}, 3).mean == 0);
  CHECK_THROWS_AS(vpr::mean_average_precision_of_found(Integers{1, 0}, 3), vpr::ShapeError);
}

TEST_CASE("Revisited mean average precision removes junk and leaves out queries without answers") {
  const Integers ranking{9, 1, 2, 3, /**/ 1, 2, 3, 9};
  // The first query: 9 is junk, so 1 and 3 stand at ranks 0 and 2.
  const auto result = vpr::revisited_mean_average_precision(ranking, 4, {{1, 3}, {}}, {{9}, {}}, Integers{1, 2, 10});
  CHECK(result.queries == Integers{0});
  CHECK(result.mean == Approx((1 + (0.5 + 2.0 / 3) / 2) / 2));
  CHECK(result.mean_without_interpolation == Approx((1 + 2.0 / 3) / 2));
  CHECK(result.precision_at == std::vector<double>{1, 0.5, 2.0 / 3});
}

TEST_CASE("Revisited mean average precision refuses what does not fit") {
  const Integers ranking{0, 1};
  CHECK(vpr::revisited_mean_average_precision(ranking, 2, {{}}, {{}}, Integers{1}).mean == 0);
  CHECK_THROWS_AS(vpr::revisited_mean_average_precision(ranking, 2, {{0}}, {}, Integers{1}), vpr::ShapeError);
  CHECK_THROWS_WITH(vpr::revisited_mean_average_precision(ranking, 2, {{7}}, {{}}, Integers{1}),
                    ContainsSubstring("ranks 0 of its 1 right answers"));
  CHECK_THROWS_AS(vpr::revisited_mean_average_precision(ranking, 2, {{0}}, {{}}, Integers{0}), vpr::ConfigError);
}
