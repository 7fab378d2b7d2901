// SPDX-License-Identifier: MIT
#include <vpr/backend/cpu/gelu.hpp>

#include "tests/support/catch.hpp"

#include <cmath>
#include <limits>
#include <vector>

using vpr::detail::gelu_in_place;
using vpr::detail::gelu_value;

namespace {
/// x Φ(x) without cancellation.
double exact(double x) { return 0.5 * x * std::erfc(-x / std::sqrt(2.0)); }
}  // namespace

TEST_CASE("GELU of large, tiny and special numbers") {
  const float infinity = std::numeric_limits<float>::infinity();
  std::vector<float> values{infinity, 1e30F, 100, 0, -100, -1e30F, std::numeric_limits<float>::quiet_NaN(), 1e-30F};
  gelu_in_place(values.data(), static_cast<std::int64_t>(values.size()));
  CHECK(values[0] == infinity);
  CHECK(values[1] == 1e30F);
  CHECK(values[2] == 100);
  CHECK(values[3] == 0);
  CHECK(values[4] == 0);
  CHECK(values[5] == 0);
  CHECK(std::isnan(values[6]));
  CHECK(values[7] == Approx(5e-31F));
}

TEST_CASE("GELU in double is exact to rounding") {
  std::vector<double> values{-3, -0.5, 0.25, 2};
  const std::vector<double> inputs = values;
  gelu_in_place(values.data(), 4);
  for (std::size_t i = 0; i < values.size(); ++i) CHECK(values[i] == Approx(exact(inputs[i])).epsilon(1e-14));
}

TEST_CASE("GELU gives an element the same bits wherever it stands") {
  std::vector<float> values(200, 0.7F), one{0.7F};
  gelu_in_place(one.data(), 1);
  for (const std::int64_t begin : {0, 1, 5, 63}) {
    std::vector<float> moved = values;
    gelu_in_place(moved.data() + begin, 200 - begin);
    for (std::size_t i = static_cast<std::size_t>(begin); i < moved.size(); ++i) CHECK(moved[i] == one[0]);
  }
}
