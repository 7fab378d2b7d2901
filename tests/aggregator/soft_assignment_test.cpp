// SPDX-License-Identifier: MIT
#include <vpr/aggregator/soft_assignment.hpp>

#include "tests/support/component.hpp"

#include <limits>

using namespace vpr;
using namespace vpr::test;

TEST_CASE("Soft assignment starts with a hundredth of the best cluster's share for the second, on average") {
  // The two best cosines are 1 and 0 of the first descriptor, 0.8 and 0.6 of the second: gaps of 1 and 0.2.
  const std::vector<float> centroids{2, 0, 0, 0.5F, -3, 0}, descriptors{1, 0, 0.6F, 0.8F};
  const SoftAssignment start = soft_assignment(Rows(centroids.data(), 3, 2), Rows(descriptors.data(), 2, 2));
  const double alpha = std::log(100.0) / 0.6;
  CHECK(start.alpha == Approx(alpha));
  const std::vector<double> expected{alpha, 0, 0, alpha, -alpha, 0};
  for (std::size_t i = 0; i < 6; ++i) CHECK(start.weights.at(i) == Approx(expected[i]));
}

TEST_CASE("Soft assignment to one cluster goes by the mean cosine") {
  const std::vector<float> centroid{0, 7}, descriptors{1, 0, 0.6F, 0.8F};
  CHECK(soft_assignment(Rows(centroid.data(), 1, 2), Rows(descriptors.data(), 2, 2)).alpha == Approx(std::log(100.0) / 0.4));
}

TEST_CASE("Soft assignment refuses what no factor can be found of") {
  const std::vector<float> same{1, 0, 2, 0}, one{1, 0}, nan{1, std::numeric_limits<float>::quiet_NaN()};
  CHECK_THROWS_WITH(soft_assignment(Rows(same.data(), 2, 2), Rows(one.data(), 1, 2)),
                    ContainsSubstring("soft assignment: the 1 descriptors fit two of the centroids equally well"));
  CHECK_THROWS_AS(soft_assignment(Rows(same.data(), 2, 2), Rows(nan.data(), 1, 2)), FormatError);
  CHECK_THROWS_AS(soft_assignment(Rows(same.data(), 2, 2), Rows(one.data(), 2, 1)), ShapeError);
  CHECK_THROWS_AS(soft_assignment(Rows(same.data(), 0, 2), Rows(one.data(), 1, 2)), ShapeError);
  CHECK_THROWS_AS(soft_assignment(Rows(same.data(), 2, 2), Rows(one.data(), 0, 2)), ShapeError);
}
