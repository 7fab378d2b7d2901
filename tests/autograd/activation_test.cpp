// SPDX-License-Identifier: MIT
#include <vpr/autograd/activation.hpp>

#include "tests/autograd/gradient_check.hpp"

#include <limits>

using namespace vpr;
using namespace vpr::test;

TEST_CASE("The gradient of relu at 0 is 0, and a NaN passes it") {
  const Var<F64> x(Tensor<F64>::from({4}, {-1, 0, 2, std::numeric_limits<double>::quiet_NaN()}), true);
  propagate_ones(relu(x));
  CHECK(x.gradient().values() == std::vector<double>{0, 0, 1, 1});
}

TEST_CASE("The gradient of relu6 is 0 at 0 and at 6, and a NaN passes it") {
  const Var<F64> x(Tensor<F64>::from({7}, {-1, 0, 2, 5.9, 6, 7, std::numeric_limits<double>::quiet_NaN()}), true);
  propagate_ones(relu6(x));
  CHECK(x.gradient().values() == std::vector<double>{0, 0, 1, 1, 0, 0, 1});
}

TEST_CASE("A recorded relu overwrites a value that nobody else holds, and copies one that is held") {
  Var<F64> held(Tensor<F64>::from({2}, {-1, 2}), true);
  CHECK(relu(held).value().values() == std::vector<double>{0, 2});
  CHECK(held.value().values() == std::vector<double>{-1, 2});
  const double* const memory = held.value().data();
  const Var<F64> result = relu(std::move(held));
  CHECK(result.value().data() == memory);
}

TEST_CASE("The gradient of sign passes straight through, whatever the value") {
  const Var<F64> x(Tensor<F64>::from({4}, {-2, 0, 0.5, std::numeric_limits<double>::quiet_NaN()}), true);
  const Var<F64> y = sign(x);
  CHECK(y.value().values()[0] == -1);
  CHECK(y.value().values()[1] == 1);
  CHECK(y.value().values()[2] == 1);
  CHECK(y.value().values()[3] != y.value().values()[3]);
  y.backward(Tensor<F64>::from({4}, {3, -4, 5, 6}));
  CHECK(x.gradient().values() == std::vector<double>{3, -4, 5, 6});
}
