// SPDX-License-Identifier: MIT
#include <vpr/eval/precision_recall.hpp>

#include "tests/support/catch.hpp"

using Doubles = std::vector<double>;

TEST_CASE("A precision-recall curve has a point per distinct score") {
  const std::vector<float> scores{0.5f, 0.25f, 0.75f, 0.5f};
  const auto curve = vpr::precision_recall(scores, {true, false, true, false});
  CHECK(curve.thresholds == Doubles{0.25, 0.5, 0.75});
  CHECK(curve.precision == Doubles{0.5, 2.0 / 3, 1, 1});
  CHECK(curve.recall == Doubles{1, 1, 0.5, 0});
  CHECK(curve.auc == Approx(0.5 * (2.0 / 3 + 1) / 2 + 0.5));
  CHECK(curve.average_precision == Approx(0.5 * 2.0 / 3 + 0.5));
  CHECK(curve.recall_at_full_precision == 0.5);
}

TEST_CASE("A precision-recall curve with nothing right, or all, is defined") {
  const std::vector<float> scores{0.1f, 0.2f};
  const auto none = vpr::precision_recall(scores, {false, false});
  CHECK(none.precision == Doubles{0, 0, 1});
  CHECK(none.recall == Doubles{1, 1, 0});
  CHECK(none.recall_at_full_precision == 0);
  const auto all = vpr::precision_recall(scores, {true, true});
  CHECK(all.auc == 1);
  CHECK(all.recall_at_full_precision == 1);
}

TEST_CASE("A precision-recall curve refuses lengths that differ, nothing, and NaN") {
  const std::vector<float> one{1}, nan{std::nanf("")};
  CHECK_THROWS_AS(vpr::precision_recall(one, {true, false}), vpr::ShapeError);
  CHECK_THROWS_AS(vpr::precision_recall({}, {}), vpr::ShapeError);
  CHECK_THROWS_AS(vpr::precision_recall(nan, {true}), vpr::ConfigError);
}

TEST_CASE("Precision and recall by distance count answers from the nearest on") {
  const std::vector<float> distances{0.3f, 0.1f, 0.2f, 0.2f};
  const Doubles error{100, 10, 11, 0}, nearest{50, 0, 10, 0};
  const auto curve = vpr::precision_recall_by_distance(distances, error, nearest, 10);  // order 1, 2, 3, 0
  CHECK(curve.precision == Doubles{1, 0.5, 2.0 / 3, 0.5});
  CHECK(curve.recall == Doubles{1.0 / 3, 1.0 / 3, 2.0 / 3, 2.0 / 3});
  CHECK(curve.auc == Approx(1.0 / 3 * 2 / 3));
  CHECK(vpr::precision_recall_by_distance(distances, error, Doubles(4, 99), 10).recall == Doubles{0, 0, 0, 0});
  CHECK_THROWS_AS(vpr::precision_recall_by_distance(distances, error, {}, 10), vpr::ShapeError);
}
