// SPDX-License-Identifier: MIT
#include <vpr/layer/feed_forward.hpp>

#include "tests/support/component.hpp"

#include <cmath>

using namespace vpr;
using namespace vpr::test;

TEST_CASE("A feed-forward network with GELU is fc2(gelu(fc1(x)))") {
  FeedForward<Cpu<>> network(1, 2, FeedForwardKind::gelu);
  set(network, "fc1.weight", {1, -1});
  set(network, "fc2.weight", {1, 10});
  set(network, "fc2.bias", {100});
  const double gelu_of_1 = 0.5 * (1 + std::erf(1 / std::sqrt(2.0)));  // gelu(-1) is this less 1
  CHECK(network(tensor(Shape{1, 1, 1}, {1})).to_vector()[0] == Approx(100 + gelu_of_1 + 10 * (gelu_of_1 - 1)));
  CHECK(parameters(network) == std::vector<std::string>{"fc1.weight [2, 1]", "fc1.bias [2]", "fc2.weight [1, 2]", "fc2.bias [1]"});
}

TEST_CASE("A feed-forward network with SwiGLU gates the second half by SiLU of the first") {
  FeedForward<Cpu<>> network(1, 2, FeedForwardKind::swiglu);
  set(network, "w12.weight", {1, -1, 3, 5});
  set(network, "w3.weight", {1, 10});
  const double sigmoid = 1 / (1 + std::exp(-1.0));
  CHECK(network(tensor(Shape{1, 1, 1}, {1})).to_vector()[0] == Approx(sigmoid * 3 - 10 * (1 - sigmoid) * 5));
  CHECK(parameters(network) == std::vector<std::string>{"w12.weight [4, 1]", "w12.bias [4]", "w3.weight [1, 2]", "w3.bias [1]"});
}
