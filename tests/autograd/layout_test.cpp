// SPDX-License-Identifier: MIT
#include <vpr/autograd/layout.hpp>

#include "tests/autograd/gradient_check.hpp"

using namespace vpr;
using namespace vpr::test;

TEST_CASE("Matrices of a resampling that want a gradient are refused") {
  const Var<F64> map(random_tensor({2, 2, 1}, 1)), matrix(random_tensor({2, 2}, 2), true), constant(random_tensor({2, 2}, 2));
  CHECK_THROWS_WITH(resample(map, matrix, constant), ContainsSubstring("resample: its matrices are constants"));
  CHECK_THROWS_AS(resample(map, constant, matrix), ConfigError);
}

TEST_CASE("Parts of one tensor give it the sum of their gradients") {
  check_gradients([](const Vars& in) { return concat(slice(in[0], 1, 1, 4), slice(in[0], 1, 0, 2), 1); }, {random_tensor({2, 4, 3}, 1)});
}

TEST_CASE("What is repeated over a batch gets the sum of the images' gradients") {
  check_gradients([](const Vars& in) { return repeated(in[0], 3); }, {random_tensor({1, 2, 3}, 1)});
}

TEST_CASE("Reshaping keeps the memory of a value that nobody else holds") {
  Var<F64> x(random_tensor({2, 3}, 1), true);
  const double* const memory = x.value().data();
  CHECK(reshape(x, Shape{6}).value().data() != memory);
  CHECK(reshape(std::move(x), Shape{6}).value().data() == memory);
}
