// SPDX-License-Identifier: MIT
#include <vpr/layer/layer_norm.hpp>

#include "tests/support/component.hpp"

using namespace vpr;
using namespace vpr::test;

TEST_CASE("A layer normalisation starts as the plain one, and scales and shifts each channel") {
  LayerNorm<Cpu<>> norm(2, 1e-12F);
  CHECK(norm(tensor(Shape{1, 2}, {3, 7})).to_vector() == std::vector<float>{-1, 1});
  set(norm, "weight", {2, 3});
  set(norm, "bias", {10, 20});
  CHECK(norm(tensor(Shape{1, 2}, {3, 7})).to_vector() == std::vector<float>{8, 23});
  CHECK(parameters(norm) == std::vector<std::string>{"weight [2]", "bias [2]"});
}

TEST_CASE("Its eps keeps a constant row at zero, whatever its size") {
  const LayerNorm<Cpu<>> norm(3, 1e-6F);
  CHECK(norm(tensor(Shape{2, 3}, {5, 5, 5, -1000, -1000, -1000})).to_vector() == std::vector<float>(6, 0.0F));
}
