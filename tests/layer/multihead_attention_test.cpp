// SPDX-License-Identifier: MIT
#include <vpr/layer/multihead_attention.hpp>

#include "tests/support/component.hpp"

using namespace vpr;
using namespace vpr::test;

TEST_CASE("Attention to a memory with equal scores is the mean of its values, projected") {
  MultiheadAttention<Cpu<>> attention(2, 1);
  set(attention, "in_proj_weight", {0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1});  // only values
  set(attention, "out_proj.weight", {0, 1, 1, 0});
  set(attention, "out_proj.bias", {100, 0});
  const X queries = tensor(Shape{1, 1, 2}, {7, 7}), memory = tensor(Shape{1, 3, 2}, {1, 10, 3, 30, 5, 50});
  CHECK(attention(queries, memory).to_vector() == std::vector<float>{130, 3});
  CHECK(attention(queries, memory, {.residual = queries}).to_vector() == std::vector<float>{137, 10});
  CHECK(parameters(attention) ==
        std::vector<std::string>{"in_proj_weight [6, 2]", "in_proj_bias [6]", "out_proj.weight [2, 2]", "out_proj.bias [2]"});
}

TEST_CASE("Attention to itself is attention to the same tokens as a memory") {
  MultiheadAttention<Cpu<>> attention(6, 3);
  randomise(attention, 1);
  const X x = random_tensor_f32(Shape{2, 5, 6}, 2);
  CHECK(largest_difference(attention(x).to_vector(), attention(x, x).to_vector()) < 1e-6F);
}

TEST_CASE("Queries of a memory have their bits alone and in a batch, and do not see its order") {
  MultiheadAttention<Cpu<>> attention(6, 2);
  randomise(attention, 1);
  const X queries = random_tensor_f32(Shape{1, 3, 6}, 5);
  const auto run = [&](const Features<X>& f) { return attention(repeated(queries, f.patches.shape()[0]), f.patches); };
  const Features<X> memory = random_features(2, 6, {1, 5}, 2);
  const std::vector<float> y = same_alone_and_in_batches(run, memory);
  CHECK(largest_difference(y, run(reordered(memory, {3, 0, 4, 1, 2})).to_vector()) < 1e-6F);
}

TEST_CASE("Attention refuses channels that its heads do not divide") {
  CHECK_THROWS_WITH((MultiheadAttention<Cpu<>>(6, 4)), ContainsSubstring("attention: got 6 channels and 4 heads"));
}
