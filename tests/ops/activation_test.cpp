// SPDX-License-Identifier: MIT
#include <vpr/ops/activation.hpp>

#include "tests/ops/ops_test.hpp"

using namespace vpr;

TEST_CASE("gelu is x times the normal distribution function") {
  const Values y = gelu(tensor({4}, {-1, 0, 1, 3})).values();
  CHECK(y[0] == Approx(-0.158655254).margin(3e-7));
  CHECK(y[1] == 0);
  CHECK(y[2] == Approx(0.841344746).margin(3e-7));
  CHECK(y[3] == Approx(2.995950306).margin(6e-7));
}

TEST_CASE("silu_gate multiplies the second half by silu of the first") {
  const X y = silu_gate(tensor({2, 4}, {0, 1, 5, 2, -1, 30, 2, 4}));
  CHECK(y.shape() == Shape{2, 2});
  CHECK(y.values()[0] == 0);
  CHECK(y.values()[1] == Approx(2 / (1 + std::exp(-1.0))));
  CHECK(y.values()[2] == Approx(-2 / (1 + std::exp(1.0))));
  CHECK(y.values()[3] == Approx(120));
  CHECK(silu_gate(shaped({0, 4})).shape() == Shape{0, 2});
}

TEST_CASE("silu_gate refuses an odd extent") {
  CHECK_THROWS_AS(silu_gate(shaped({2, 3})), ShapeError);
  CHECK_THROWS_WITH(silu_gate(shaped({2, 3})), "silu_gate: got x [2, 3], want an even last extent");
  CHECK_THROWS_AS(silu_gate(shaped({})), ShapeError);
}

TEST_CASE("quick_gelu is the logistic approximation of the GELU") {
  const X y = quick_gelu(tensor({3}, {-1, 0, 2}));
  CHECK(y.values()[0] == Approx(-1 / (1 + std::exp(1.702))));
  CHECK(y.values()[1] == 0);
  CHECK(y.values()[2] == Approx(2 / (1 + std::exp(-3.404))));
}
