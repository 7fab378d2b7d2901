// SPDX-License-Identifier: MIT
#include <vpr/autograd/layout.hpp>

#include "tests/autograd/gradient_check.hpp"

using namespace vpr;
using namespace vpr::test;

TEMPLATE_LIST_TEST_CASE("Ops that move elements pass the gradients of central differences", "", DoubleBackends) {
  using B = TestType;
  auto r = random_tensors<B>();
  check_gradients<B>([](const auto& in) { return slice(in[0], 0, 1, 3); }, {r({4, 3})});
  check_gradients<B>([](const auto& in) { return slice(in[0], 1, 0, 2); }, {r({2, 5, 3})});
  check_gradients<B>([](const auto& in) { return slice(in[0], 2, 2, 3); }, {r({2, 2, 3})});
  check_gradients<B>([](const auto& in) { return concat(in[0], in[1], 1); }, {r({2, 1, 3}), r({2, 4, 3})});
  check_gradients<B>([](const auto& in) { return concat(in[0], in[1], 1); }, {r({1, 2, 3}), r({3, 1, 3})});
  check_gradients<B>([](const auto& in) { return concat(in[0], in[1], 2); }, {r({1, 2, 1}), r({1, 2, 3})});
  check_gradients<B>([](const auto& in) { return reshape(in[0], Shape{6}); }, {r({2, 3})});
  check_gradients<B>([](const auto& in) { return patches(in[0], 2); }, {r({2, 3, 4, 6})});
  check_gradients<B>([](const auto& in) { return patches(in[0], 1); }, {r({1, 1, 1, 3})});
}

TEMPLATE_LIST_TEST_CASE("Resampling passes the gradient of central differences to its map", "", DoubleBackends) {
  using B = TestType;
  auto r = random_tensors<B>();
  for (const std::int64_t height : {1, 3, 6}) {
    const Var<B> vertical(r({height, 4})), horizontal(r({5, 3}));
    check_gradients<B>([&](const auto& in) { return resample(in[0], vertical, horizontal); }, {r({4, 3, 2})});
  }
}

TEST_CASE("Matrices of a resampling that want a gradient are refused") {
  const Var<F64> map(random_tensor({2, 2, 1}, 1)), matrix(random_tensor({2, 2}, 2), true), constant(random_tensor({2, 2}, 2));
  CHECK_THROWS_WITH(resample(map, matrix, constant), ContainsSubstring("resample: its matrices are constants"));
  CHECK_THROWS_AS(resample(map, constant, matrix), ConfigError);
}

TEST_CASE("Parts of one tensor give it the sum of their gradients") {
  check_gradients([](const Vars& in) { return concat(slice(in[0], 1, 1, 4), slice(in[0], 1, 0, 2), 1); }, {random_tensor({2, 4, 3}, 1)});
}

TEST_CASE("Moving no elements leaves no gradient and does no harm") {
  const Var<F64> x(random_tensor({2, 3, 1}, 1), true), none(Tensor<F64>(Shape{2, 0, 1}), true);
  propagate_ones(slice(x, 1, 2, 2));
  CHECK(x.gradient().empty());
  propagate_ones(concat(none, x, 1));
  CHECK(x.gradient().values() == std::vector<double>(6, 1));
  propagate_ones(reshape(none, Shape{0}));
  CHECK(none.gradient().empty());
}

TEST_CASE("Reshaping keeps the memory of a value that nobody else holds") {
  Var<F64> x(random_tensor({2, 3}, 1), true);
  const double* const memory = x.value().data();
  CHECK(reshape(x, Shape{6}).value().data() != memory);
  CHECK(reshape(std::move(x), Shape{6}).value().data() == memory);
}
