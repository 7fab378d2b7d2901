// SPDX-License-Identifier: MIT
#include <vpr/layer/linear.hpp>

#include "tests/support/component.hpp"

using namespace vpr;
using namespace vpr::test;

TEST_CASE("A linear map has a row of weights an output, and torch.nn.Linear's parameters") {
  Linear<Cpu<>> linear(2, 3);
  set(linear, "weight", {1, 0, 0, 1, 2, 3});
  set(linear, "bias", {0, 10, 0});
  CHECK(linear(tensor(Shape{2, 2}, {1, 2, -1, 0})).to_vector() == std::vector<float>{1, 12, 8, -1, 10, -2});
  CHECK(parameters(linear) == std::vector<std::string>{"weight [3, 2]", "bias [3]"});
  CHECK(parameters(Linear<Cpu<>>(2, 3, false)) == std::vector<std::string>{"weight [3, 2]"});
}
