// SPDX-License-Identifier: MIT
#include <vpr/backend/cpu/smoothing.hpp>

#include "tests/support/catch.hpp"

#include <cmath>
#include <limits>
#include <vector>

using namespace vpr;

namespace {

PackedMatrix matrix(std::int64_t outputs, std::int64_t inputs, const std::vector<float>& values) {
  return PackedMatrix::from(Shape{outputs, inputs}, values);
}

}  // namespace

TEST_CASE("A factor is the root of an input's largest weight, as a share of its output's norm, over its largest value") {
  const std::vector<float> factors = smoothing_factors(matrix(2, 3, {3, 4, 0, 0, 600, 800}), std::vector<float>{400, 1, 1});
  REQUIRE(factors.size() == 3);
  CHECK(factors[0] == Approx(std::sqrt(0.6F / 400)));
  CHECK(factors[1] == Approx(std::sqrt(0.8F)));
  CHECK(factors[2] == Approx(std::sqrt(0.8F)));
}

TEST_CASE("An input counts as no smaller than the median of all") {
  const std::vector<float> factors = smoothing_factors(matrix(1, 3, {1, 1, 1}), std::vector<float>{0, 2, 50});
  CHECK(factors[0] == factors[1]);
  CHECK(factors[2] == Approx(factors[1] / 5));
}

TEST_CASE("Factors can always be used") {
  const float infinity = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN(), most = 3e38F;
  for (const std::vector<float>& weights : {std::vector<float>{0, 0, 0}, {1, nan, 1}, {infinity, 1, 0}, {most, 1e-38F, 0}}) {
    for (const std::vector<float>& largest : {std::vector<float>{0, 0, 0}, {1, infinity, 1}, {most, most, 1e-38F}, {1e-38F, 1e-38F, 0}}) {
      const std::vector<float> factors = smoothing_factors(matrix(1, 3, weights), largest);
      CHECK_NOTHROW(PackedMatrix::zeros(Shape{1, 3}, Precision::int8, factors));
    }
  }
  CHECK(smoothing_factors(matrix(2, 0, {}), std::vector<float>()).empty());
  CHECK_THROWS_AS(smoothing_factors(matrix(1, 3, {1, 1, 1}), std::vector<float>(2)), ShapeError);
}
