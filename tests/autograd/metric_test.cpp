// SPDX-License-Identifier: MIT
#include <vpr/autograd/metric.hpp>

#include "tests/autograd/gradient_check.hpp"

using namespace vpr;
using namespace vpr::test;

TEST_CASE("A length or distance of zero passes no gradient") {
  const Var<F64> x(Tensor<F64>::from({2, 2}, {0, 0, 3, 4}), true);
  norms(x).backward(Tensor<F64>::full({2}, 1));
  CHECK(x.gradient().values() == std::vector<double>{0, 0, 0.6, 0.8});
  const Var<F64> y(Tensor<F64>::from({2, 1}, {1, 3}), true);
  distances(y, y).backward(Tensor<F64>::full({2, 2}, 1));
  CHECK(y.gradient().values() == std::vector<double>{-2, 2});
}

TEST_CASE("Huge elements leave a finite gradient") {
  const Var<F64> x(Tensor<F64>::from({1, 3}, {5000, 4999, -5000}), true);
  log_sum_exp(x, Var<F64>(Tensor<F64>::full({1, 3}, 1)), true).backward();
  const double first = 1 / (1 + std::exp(-1));
  CHECK(x.gradient().values()[0] == Approx(first));
  CHECK(x.gradient().values()[1] == Approx(1 - first));
  CHECK(x.gradient().values()[2] == 0);
}

TEST_CASE("A mask that wants a gradient is refused") {
  const Var<F64> x(random_tensor({1, 3}, 1), true);
  CHECK_THROWS_WITH(log_sum_exp(x, x), ContainsSubstring("log_sum_exp: its mask is a constant, but wants a gradient"));
}
