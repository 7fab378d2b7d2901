// SPDX-License-Identifier: MIT
#include <vpr/layer/self_attention.hpp>

#include "tests/support/component.hpp"

using namespace vpr;
using namespace vpr::test;

TEST_CASE("Self-attention with equal scores is the mean of the values, projected") {
  SelfAttention<Cpu<>> attention(2, 1);
  set(attention, "qkv.weight", {0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1});  // only values
  set(attention, "proj.weight", {0, 1, 1, 0});
  set(attention, "proj.bias", {100, 0});
  const std::vector<float> y = attention(tensor(Shape{1, 2, 2}, {1, 10, 3, 30})).to_vector();
  CHECK(y == std::vector<float>{120, 2, 120, 2});
  CHECK(parameters(attention) == std::vector<std::string>{"qkv.weight [6, 2]", "qkv.bias [6]", "proj.weight [2, 2]", "proj.bias [2]"});
}

TEST_CASE("Self-attention attends in the precision of its joint projection, and float32 stays what it is") {
  SelfAttention<Cpu<>> attention(64, 2);
  randomise(attention, 1);
  const X x = random_tensor_f32(Shape{2, 35, 64}, 2);
  const auto floats = [&] { return self_attention(attention.joint(x), 2).to_vector(); };
  CHECK(attention(x).to_vector() == attention.proj(self_attention(attention.joint(x), 2)).to_vector());
  CHECK(self_attention(attention.joint(x), 2, Precision::f32).to_vector() == floats());
  for (const Precision precision : {Precision::bf16, Precision::int8}) {
    INFO(name_of(precision));
    attention.qkv.weight = attention.qkv.weight.converted(precision);
    const X attended = self_attention(attention.joint(x), 2, precision);
    CHECK(attention(x).to_vector() == attention.proj(attended).to_vector());
    CHECK((attended.to_vector() == floats()) == (instruction_set() != InstructionSet::amx));
    CHECK(largest_difference(attended.to_vector(), floats()) < 0.01F * largest_difference(floats(), std::vector<float>(floats().size())));
  }
}

TEST_CASE("Keys without a bias are those of a bias of zero, and a file may leave it out") {
  SelfAttention<Cpu<>> with(4, 2), without(4, 2, true, true, false);
  randomise(with, 1);
  randomise(without, 1);
  std::vector<float> bias = with.qkv.bias.to_vector();
  const X x = random_tensor_f32(Shape{1, 3, 4}, 2);
  CHECK(largest_difference(with.joint(x).to_vector(), without.joint(x).to_vector()) > 0.01F);
  for (const std::size_t key : {4U, 5U, 6U, 7U}) bias[key] = 0;
  set(with, "qkv.bias", bias);
  CHECK(with(x).to_vector() == without(x).to_vector());
  CHECK(parameters(without) == std::vector<std::string>{"qkv.weight [12, 4]", "qkv.bias [12]", "proj.weight [4, 4]", "proj.bias [4]"});
}

TEST_CASE("Self-attention follows its tokens: another order of them gives the same results in that order") {
  SelfAttention<Cpu<>> attention(6, 3);
  randomise(attention, 1);
  const Features<X> features = random_features(2, 6, {1, 5}, 2);
  const auto run = [&](const Features<X>& f) { return attention(f.patches); };
  const std::vector<float> y = same_alone_and_in_batches(run, features);
  const std::vector<std::int64_t> order{3, 0, 4, 1, 2};
  const Features<X> results{X(), tensor(Shape{2, 5, 6}, y), features.grid};
  CHECK(largest_difference(run(reordered(features, order)).to_vector(), reordered(results, order).patches.to_vector()) < 1e-6F);
}
