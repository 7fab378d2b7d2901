// SPDX-License-Identifier: MIT
#include <vpr/autograd/normalization.hpp>

#include "tests/autograd/gradient_check.hpp"

using namespace vpr;
using namespace vpr::test;

TEST_CASE("The gradient of normalising a zero row is the cotangent over eps") {
  const Var<F64> x(Tensor<F64>::zeros({1, 2}), true);
  l2_normalize(x, 0.5).backward(Tensor<F64>::from({1, 2}, {1, -3}));
  CHECK(x.gradient().values() == std::vector<double>{2, -6});
}

TEST_CASE("A layer normalisation of a constant row passes finite gradients") {
  const Var<F64> x(Tensor<F64>::full({1, 2}, 7), true), gamma(Tensor<F64>::full({2}, 2), true), beta(Tensor<F64>::zeros({2}), true);
  layer_norm(x, gamma, beta, 0.25).backward(Tensor<F64>::from({1, 2}, {1, -3}));
  CHECK(x.gradient().values() == std::vector<double>{8, -8});
  CHECK(gamma.gradient().values() == std::vector<double>{0, 0});
  CHECK(beta.gradient().values() == std::vector<double>{1, -3});
}

TEST_CASE("The gradients of logits in the hundreds stay finite") {
  const Var<F64> x(Tensor<F64>::from({1, 3}, {900, -900, 899}), true);
  softmax(x).backward(Tensor<F64>::from({1, 3}, {1, 2, 0}));
  const double share = 1 / (1 + std::exp(-1.0));
  CHECK(x.gradient().values()[0] == Approx(share * (1 - share)));
  CHECK(x.gradient().values()[1] == 0);
}
