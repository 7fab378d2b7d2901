// SPDX-License-Identifier: MIT
#include <vpr/autograd/gather.hpp>

#include "tests/autograd/gradient_check.hpp"

using namespace vpr;
using namespace vpr::test;

using Indices = std::vector<std::int64_t>;

TEST_CASE("A row's gradient is the sum over the places it went to") {
  const Var<F64> x(random_tensor({4, 1}, 1), true);
  gather(x, Indices{2, 0, 2, 3, 2}).backward(Tensor<F64>::from({5, 1}, {1, 10, 100, 1000, 10000}));
  CHECK(x.gradient().values() == std::vector<double>{10, 0, 10101, 1000});
}
