// SPDX-License-Identifier: MIT
#include <vpr/adapter/bottleneck.hpp>

#include "tests/adapter/adapter_test.hpp"

using namespace vpr;
using namespace vpr::test;

TEST_CASE("A bottleneck is up(relu(down(x))), with x itself where it skips") {
  for (const bool skip : {false, true}) {
    adapter::Bottleneck<Cpu<>> bottleneck(2, 1);
    set(bottleneck, "D_fc1.weight", {1, -1});
    set(bottleneck, "D_fc2.weight", {2, 3});
    set(bottleneck, "D_fc2.bias", {0, 0.5F});
    const X x = tensor(Shape{1, 2, 2}, {5, 1, 1, 5});
    const std::vector<float> y = (skip ? bottleneck(x, {.residual = x}) : bottleneck(x)).to_vector();
    CHECK(y == (skip ? std::vector<float>{13, 13.5F, 1, 5.5F} : std::vector<float>{8, 12.5F, 0, 0.5F}));
  }
}

TEST_CASE("A serial adapter takes the attention's result, a parallel one adds its share to the feed-forward network's") {
  adapter::Serial<Cpu<>> serial(small_vit);
  adapter::Parallel<Cpu<>> parallel(small_vit);
  randomise(serial, 1);
  randomise(parallel, 2);
  const X result = random_tokens(1, odd_layout, 3), normed = random_tokens(1, odd_layout, 4);
  CHECK(largest_difference(serial.after_attention(result, normed, odd_layout).to_vector(),
                           add(serial.bottleneck(result), result).to_vector()) < 1e-6F);
  CHECK(largest_difference(parallel.after_mlp(result, normed, odd_layout).to_vector(),
                           add_scaled(result, parallel.bottleneck(normed), 0.2F).to_vector()) < 1e-6F);
  // the other places are left alone
  CHECK(serial.after_mlp(result, normed, odd_layout).to_vector() == result.to_vector());
  CHECK(parallel.after_attention(result, normed, odd_layout).to_vector() == result.to_vector());
  CHECK(parallel.beside_mlp(result, normed, odd_layout).to_vector() == result.to_vector());
}

TEST_CASE("A parallel adapter's share and both adapters' hidden channels can be set") {
  adapter::Parallel<Cpu<>> parallel(small_vit, 3, 0.5F);
  set(parallel, "adapter2.D_fc2.bias", std::vector<float>(32, 4));
  CHECK(parallel.after_mlp(X::zeros(Shape{1, 2, 32}), X::zeros(Shape{1, 2, 32}), {1, {1, 1}}).to_vector() == std::vector<float>(64, 2));
  CHECK(parameters(parallel)[0] == "adapter2.D_fc1.weight [3, 32]");
  CHECK(parameters(adapter::Serial<Cpu<>>(small_vit, 5))[0] == "adapter1.D_fc1.weight [5, 32]");
}

TEST_CASE("SelaVPR's adapters whose up-projections are zero leave a block as it is") {
  BlockWithAndWithout<SelaAdapters> blocks;
  const X tokens = random_tokens(2, odd_layout, 3);
  const std::vector<float> plain = blocks.without(tokens, odd_layout).to_vector();
  CHECK(largest_difference(blocks.with(tokens, odd_layout).to_vector(), plain) > 0.01F);
  for (const std::string name : {"adapter1.", "adapter2."}) {
    set(blocks.with, name + "D_fc2.weight", zeros(32 * 16));
    set(blocks.with, name + "D_fc2.bias", zeros(32));
  }
  CHECK(largest_difference(blocks.with(tokens, odd_layout).to_vector(), plain) < 1e-6F);  // rounded once more
}

TEST_CASE("SelaVPR's adapters keep each image's bits in any batch and on any threads, and have the official names") {
  check_block(BlockWithAndWithout<SelaAdapters>().with, odd_layout);
  CHECK(adapter_parameters<SelaAdapters>() == std::vector<std::string>{"adapter1.D_fc1.weight [16, 32]", "adapter1.D_fc1.bias [16]",
                                                                       "adapter1.D_fc2.weight [32, 16]", "adapter1.D_fc2.bias [32]",
                                                                       "adapter2.D_fc1.weight [16, 32]", "adapter2.D_fc1.bias [16]",
                                                                       "adapter2.D_fc2.weight [32, 16]", "adapter2.D_fc2.bias [32]"});
}
