// SPDX-License-Identifier: MIT
#include <vpr/autograd/metric.hpp>

#include "tests/autograd/gradient_check.hpp"

using namespace vpr;
using namespace vpr::test;

TEST_CASE("The gradients of lengths and distances agree with central differences") {
  check_gradients([](const Vars& in) { return norms(in[0]); }, {random_tensor({3, 2, 5}, 1)});
  check_gradients([](const Vars& in) { return norms(in[0]); }, {random_tensor({1}, 1, 0.5, 1)});
  check_gradients([](const Vars& in) { return distances(in[0], in[1]); }, {random_tensor({4, 5}, 1), random_tensor({3, 5}, 2)});
  check_gradients([](const Vars& in) { return distances(in[0], in[1]); }, {random_tensor({1, 1}, 1), random_tensor({2, 1}, 2)});
}

TEST_CASE("The gradient of a masked sum of exponentials agrees with central differences") {
  const Var<F64> mask(random_tensor({3, 7}, 2));
  for (const bool and_zero : {false, true}) {
    check_gradients([&](const Vars& in) { return log_sum_exp(in[0], mask, and_zero); }, {random_tensor({3, 7}, 1, -4, 4)});
    check_gradients([&](const Vars& in) { return log_sum_exp(in[0], Var<F64>(Tensor<F64>::zeros({2, 1})), and_zero); }, {random_tensor({2, 1}, 1)});
  }
}

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
