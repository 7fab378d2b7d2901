// SPDX-License-Identifier: MIT
#include <vpr/autograd/normalization.hpp>
#include <vpr/autograd/residuals.hpp>

#include "tests/autograd/gradient_check.hpp"

using namespace vpr;
using namespace vpr::test;

TEMPLATE_LIST_TEST_CASE("Sums of residuals pass the gradients of central differences", "", DoubleBackends) {
  using B = TestType;
  auto r = random_tensors<B>();
  check_gradients<B>([](const auto& in) { return residual_sums(in[0], in[1], in[2]); }, {r({2, 5, 3}), r({2, 5, 4}), r({4, 3})});
  check_gradients<B>([](const auto& in) { return residual_sums(in[0], in[1], in[2]); }, {r({1, 1, 1}), r({1, 1, 1}), r({1, 1})});
  check_gradients<B>([](const auto& in) { return residual_sums(in[0], softmax(in[1]), in[2]); }, {r({2, 3, 2}), r({2, 3, 3}), r({3, 2})});
}

TEST_CASE("The choice of the largest is a constant") {
  const Var<F64> x(Tensor<F64>::from({1, 3}, {1, 3, 2}), true);
  const Var<F64> chosen = one_hot(x);
  CHECK(chosen.value().values() == std::vector<double>{0, 1, 0});
  CHECK_FALSE(chosen.needs_gradient());
}

TEST_CASE("Sums over no tokens pass zeros to the centres") {
  const Var<F64> x(Tensor<F64>(Shape{1, 0, 2}), true), shares(Tensor<F64>(Shape{1, 0, 3}), true), centres(random_tensor({3, 2}, 1), true);
  propagate_ones(residual_sums(x, shares, centres));
  CHECK(centres.gradient().values() == std::vector<double>(6, 0));
}
