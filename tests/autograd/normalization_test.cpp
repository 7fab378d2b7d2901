// SPDX-License-Identifier: MIT
#include <vpr/autograd/normalization.hpp>

#include "tests/autograd/gradient_check.hpp"

using namespace vpr;
using namespace vpr::test;

TEMPLATE_LIST_TEST_CASE("Normalisations pass the gradients of central differences", "", DoubleBackends) {
  using B = TestType;
  auto r = random_tensors<B>();
  for (const Shape& shape : {Shape{3, 5}, Shape{2, 3, 4}, Shape{1, 2}, Shape{7}}) {
    const Shape channels{shape.last()};
    check_gradients<B>([](const auto& in) { return layer_norm(in[0], in[1], in[2], 1e-6); }, {r(shape), r(channels), r(channels)});
    check_gradients<B>([](const auto& in) { return l2_normalize(in[0]); }, {r(shape)});
    check_gradients<B>([](const auto& in) { return softmax(in[0]); }, {r(shape, -3, 3)});
  }
  check_gradients<B>([](const auto& in) { return layer_norm(in[0], in[1], in[2], 0.1); }, {r({3, 1}), r({1}), r({1})});
  check_gradients<B>([](const auto& in) { return softmax(in[0]); }, {r({3, 1})});
  check_gradients<B>([](const auto& in) { return l2_normalize(in[0], 10); }, {r({3, 5})});
}

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

TEST_CASE("Normalisations without rows leave no gradient and do no harm") {
  const Var<F64> none(Tensor<F64>(Shape{0, 3}), true), row(random_tensor({3}, 2), true);
  for (const Var<F64>& y : {layer_norm(none, row, row, 1e-6), l2_normalize(none), softmax(none)}) propagate_ones(y);
  CHECK(row.gradient().empty());
}
