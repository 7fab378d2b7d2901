// SPDX-License-Identifier: MIT
#include <vpr/autograd/pooling.hpp>

#include "tests/autograd/gradient_check.hpp"

using namespace vpr;
using namespace vpr::test;

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
