// SPDX-License-Identifier: MIT
#include <vpr/autograd/arithmetic.hpp>

#include "tests/autograd/gradient_check.hpp"

using namespace vpr;
using namespace vpr::test;

TEMPLATE_LIST_TEST_CASE("Sums and products pass the gradients of central differences", "", DoubleBackends) {
  using B = TestType;
  auto r = random_tensors<B>();
  check_gradients<B>([](const auto& in) { return add(in[0], in[1]); }, {r({2, 3}), r({2, 3})});
  check_gradients<B>([](const auto& in) { return add(in[0], in[1]); }, {r({2, 3, 4}), r({1, 3, 4})});
  check_gradients<B>([](const auto& in) { return add(in[0], in[1]); }, {r({2, 3, 4}), r({1})});
  check_gradients<B>([](const auto& in) { return add_scaled(in[0], in[1], -0.7); }, {r({2, 3}), r({3})});
  check_gradients<B>([](const auto& in) { return multiply(in[0], in[1]); }, {r({2, 3}), r({2, 3})});
  check_gradients<B>([](const auto& in) { return multiply(in[0], in[1]); }, {r({2, 3, 5}), r({3, 5})});
  check_gradients<B>([](const auto& in) { return multiply(in[0], in[1]); }, {r({3, 1}), r({1})});
  check_gradients<B>([](const auto& in) { return divide(in[0], in[1]); }, {r({2, 3}), r({2, 3}, 0.5, 2)});
  check_gradients<B>([](const auto& in) { return divide(in[0], in[1]); }, {r({3, 1}), r({3, 1}, -2, -0.5)});
  check_gradients<B>([](const auto& in) { return add_gated(in[0], in[1], in[2]); }, {r({2, 3, 4}), r({2, 3, 4}), r({4})});
}

TEST_CASE("An input used twice gets both gradients") {
  check_gradients([](const Vars& in) { return add_gated(in[0], in[0], in[1]); }, {random_tensor({2, 3}, 1), random_tensor({3}, 2)});
  check_gradients([](const Vars& in) { return multiply(in[0], in[0]); }, {random_tensor({2, 3}, 1)});
  check_gradients([](const Vars& in) { return add_scaled(in[0], in[0], 3); }, {random_tensor({2, 3}, 1)});
}

TEST_CASE("Sums without elements leave no gradient and do no harm") {
  const Var<F64> none(Tensor<F64>(Shape{0, 3}), true), row(random_tensor({3}, 2), true);
  for (const Var<F64>& y : {add(none, row), multiply(none, row), add_gated(none, none, row)}) propagate_ones(y);
  CHECK(row.gradient().empty());
}
