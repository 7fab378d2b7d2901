// SPDX-License-Identifier: MIT
#include <vpr/autograd/metric.hpp>

#include "tests/autograd/gradient_check.hpp"

using namespace vpr;
using namespace vpr::test;

TEMPLATE_LIST_TEST_CASE("Lengths and distances pass the gradients of central differences", "", DoubleBackends) {
  using B = TestType;
  auto r = random_tensors<B>();
  check_gradients<B>([](const auto& in) { return norms(in[0]); }, {r({3, 2, 5})});
  check_gradients<B>([](const auto& in) { return norms(in[0]); }, {r({1}, 0.5, 1)});
  check_gradients<B>([](const auto& in) { return distances(in[0], in[1]); }, {r({4, 5}), r({3, 5})});
  check_gradients<B>([](const auto& in) { return distances(in[0], in[1]); }, {r({1, 1}), r({2, 1})});
}

TEMPLATE_LIST_TEST_CASE("A masked sum of exponentials passes the gradients of central differences", "", DoubleBackends) {
  using B = TestType;
  auto r = random_tensors<B>();
  const Var<B> mask(r({3, 7})), none(Tensor<B>::zeros({2, 1}));
  for (const bool and_zero : {false, true}) {
    check_gradients<B>([&](const auto& in) { return log_sum_exp(in[0], mask, and_zero); }, {r({3, 7}, -4, 4)});
    check_gradients<B>([&](const auto& in) { return log_sum_exp(in[0], none, and_zero); }, {r({2, 1})});
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

TEST_CASE("A mask that wants a gradient is refused") {
  const Var<F64> x(random_tensor({1, 3}, 1), true);
  CHECK_THROWS_WITH(log_sum_exp(x, x), ContainsSubstring("log_sum_exp: its mask is a constant, but wants a gradient"));
}
