// SPDX-License-Identifier: MIT
#include <vpr/autograd/pooling.hpp>

#include "tests/autograd/gradient_check.hpp"

using namespace vpr;
using namespace vpr::test;

TEMPLATE_LIST_TEST_CASE("Poolings pass the gradients of central differences", "", DoubleBackends) {
  using B = TestType;
  auto r = random_tensors<B>();
  check_gradients<B>([](const auto& in) { return gem(in[0], in[1], 0.01); }, {r({2, 5, 3}), r({1}, 2.5, 3.5)});
  check_gradients<B>([](const auto& in) { return gem(in[0], in[1], 0.01); }, {r({2, 1, 3}, 0.1, 1), r({1}, 2.5, 3.5)});
  check_gradients<B>([](const auto& in) { return mean(in[0]); }, {r({2, 5, 3})});
  check_gradients<B>([](const auto& in) { return mean(in[0]); }, {r({1, 1, 1})});
}

TEST_CASE("GeM's gradient stays finite for large powers and clamped channels") {
  using F32 = Cpu<f32>;
  const Var<F32> x(Tensor<F32>::from({1, 2, 2}, {-1, 0.5F, -2, 0.25F}), true), p(Tensor<F32>::full({1}, 40), true);
  const Var<F32> y = gem(x, p, 1e-6F);
  CHECK(y.value().data()[0] == Approx(1e-6));
  CHECK(y.value().data()[1] == Approx(0.5 * std::pow(0.5, 1 / 40.0)));
  propagate_ones(y);
  CHECK(x.gradient().values()[0] == 0);
  CHECK(x.gradient().values()[1] == Approx(std::pow(0.5, 1 / 40.0)));
  CHECK(std::isfinite(p.gradient().values()[0]));
}

TEST_CASE("GeM's clamp passes the gradient at eps and not below") {
  const Var<F64> x(Tensor<F64>::from({1, 2, 1}, {0.5, 0.25}), true), p(Tensor<F64>::full({1}, 1));
  propagate_ones(gem(x, p, 0.5));
  CHECK(x.gradient().values() == std::vector<double>{0.5, 0});
  CHECK(p.gradient().empty());
}

TEST_CASE("Poolings of no images leave no gradient and do no harm") {
  const Var<F64> none(Tensor<F64>(Shape{0, 2, 3}), true), p = Var<F64>::full({1}, 3);
  for (const Var<F64>& y : {gem(none, p, 1e-6), mean(none)}) propagate_ones(y);
  CHECK(p.gradient().empty());
}
