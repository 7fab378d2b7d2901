// SPDX-License-Identifier: MIT
#include <vpr/layer/multihead_attention.hpp>

#include "tests/support/component.hpp"

using namespace vpr;
using namespace vpr::test;

TEST_CASE("A query that fits all keys alike finds the mean of the memory's values") {
  MultiheadAttention<Cpu<>> attention(2, 1);
  set(attention, "in_proj_weight", {0, 0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1});  // queries are 0, keys and values the tokens
  set(attention, "out_proj.weight", {1, 0, 0, 10});
  set(attention, "out_proj.bias", {0, 1});
  const std::vector<float> found = attention(tensor(Shape{1, 1, 2}, {5, 7}), tensor(Shape{1, 3, 2}, {1, 2, 3, 4, 5, 9})).to_vector();
  CHECK(found[0] == Approx(3));
  CHECK(found[1] == Approx(51));
}

TEST_CASE("Attention over the tokens themselves is self-attention") {
  MultiheadAttention<Cpu<>> attention(8, 2);
  randomise(attention, 1);
  const X x = random_tensor_f32(Shape{2, 5, 8}, 2);
  X joint, bias;
  attention.visit(
      [&](const std::string& name, auto& parameter) {
        if (name == "in_proj_weight") joint = tensor(parameter.shape(), parameter.to_vector());
        if (name == "in_proj_bias") bias = tensor(parameter.shape(), parameter.to_vector());
      },
      "");
  const X expected = attention.out_proj(self_attention(linear(x, joint, bias), 2));
  CHECK(largest_difference(attention(x, x).to_vector(), expected.to_vector()) < 1e-6F);
}

TEST_CASE("An attention's parameters are those of torch.nn.MultiheadAttention") {
  CHECK(parameters(MultiheadAttention<Cpu<>>(4, 2)) ==
        std::vector<std::string>{"in_proj_weight [12, 4]", "in_proj_bias [12]", "out_proj.weight [4, 4]", "out_proj.bias [4]"});
}
