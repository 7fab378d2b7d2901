// SPDX-License-Identifier: MIT
#include <vpr/layer/transformer_encoder.hpp>
#include <vpr/ops/attention.hpp>

#include "tests/support/component.hpp"

using namespace vpr;
using namespace vpr::test;

namespace {
const auto own_value = [](const X& qkv) { return slice(qkv, 2, qkv.shape()[2] / 3 * 2, qkv.shape()[2]); };
const auto everyone = [](const X& qkv) { return self_attention(qkv, 2); };
}  // namespace

TEST_CASE("An encoder layer without weights normalises what it gets") {
  const TransformerEncoderLayer<Cpu<>> layer(2, 3);
  const std::vector<float> y = layer(tensor(Shape{1, 2, 2}, {1, 3, -8, 2}), own_value).to_vector();
  for (const std::size_t i : {0U, 2U}) CHECK(y[i] == Approx(-1).epsilon(1e-4));
  for (const std::size_t i : {1U, 3U}) CHECK(y[i] == Approx(1).epsilon(1e-4));
}

TEST_CASE("An encoder layer adds what is attended to, then the feed-forward network, and normalises after each") {
  TransformerEncoderLayer<Cpu<>> layer(2, 1);
  set(layer, "self_attn.in_proj_bias", {7, 7, 7, 7, 4, 0});  // the value of every token
  set(layer, "self_attn.out_proj.weight", {1, 0, 0, 1});
  set(layer, "linear2.bias", {0, 4});  // the feed-forward network's result
  // (1, 3) + (4, 0) = (5, 3), normalised (1, -1); + (0, 4) = (1, 3), normalised (-1, 1)
  const std::vector<float> y = layer(tensor(Shape{1, 1, 2}, {1, 3}), own_value).to_vector();
  CHECK(y[0] == Approx(-1).epsilon(1e-4));
  CHECK(y[1] == Approx(1).epsilon(1e-4));
}

TEST_CASE("The caller says which tokens attend to which") {
  TransformerEncoderLayer<Cpu<>> layer(4, 6);
  randomise(layer, 1);
  const X x = random_tensor_f32(Shape{2, 3, 4}, 2);
  const std::vector<float> among = same_on_any_threads([&] { return layer(x, everyone).to_vector(); });
  const std::vector<float> alone = layer(x, own_value).to_vector();
  CHECK(largest_difference(among, alone) > 0.01F);
  CHECK(layer(slice(x, 0, 1, 2), everyone).to_vector() == std::vector<float>(among.begin() + 12, among.end()));
  // a token that is by itself attends to itself
  const X single = slice(x, 1, 0, 1);
  CHECK(largest_difference(layer(single, everyone).to_vector(), layer(single, own_value).to_vector()) < 1e-6F);
}

TEST_CASE("An encoder layer's parameters are those of torch.nn.TransformerEncoderLayer") {
  CHECK(parameters(TransformerEncoderLayer<Cpu<>>(4, 6)) ==
        std::vector<std::string>{"self_attn.in_proj_weight [12, 4]", "self_attn.in_proj_bias [12]", "self_attn.out_proj.weight [4, 4]",
                                 "self_attn.out_proj.bias [4]", "linear1.weight [6, 4]", "linear1.bias [6]", "linear2.weight [4, 6]",
                                 "linear2.bias [4]", "norm1.weight [4]", "norm1.bias [4]", "norm2.weight [4]", "norm2.bias [4]"});
}
