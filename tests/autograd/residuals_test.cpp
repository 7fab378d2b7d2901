// SPDX-License-Identifier: MIT
#include <vpr/autograd/residuals.hpp>

#include "tests/autograd/gradient_check.hpp"

using namespace vpr;
using namespace vpr::test;

TEST_CASE("The choice of the largest is a constant") {
  const Var<F64> x(Tensor<F64>::from({1, 3}, {1, 3, 2}), true);
  const Var<F64> chosen = one_hot(x);
  CHECK(chosen.value().values() == std::vector<double>{0, 1, 0});
  CHECK_FALSE(chosen.needs_gradient());
}
