// SPDX-License-Identifier: MIT
#include <vpr/adapter/mul_conv.hpp>

#include "tests/adapter/adapter_test.hpp"

#include <algorithm>

using namespace vpr;
using namespace vpr::test;

namespace {

const MulConvSettings narrow{.hidden = 4, .one = 2, .reduced_3 = 1, .three = 1, .reduced_5 = 1, .five = 1};

/// down takes the first four channels as they are, up doubles nothing: what is inside comes out on those four.
adapter::MultiScaleConvolution<Cpu<>> see_through(const MulConvSettings& settings) {
  adapter::MultiScaleConvolution<Cpu<>> adapter(32, settings);
  std::vector<float> down = zeros(4 * 32), up = zeros(32 * 4);
  for (std::size_t i = 0; i < 4; ++i) down[i * 32 + i] = up[i * 4 + i] = 1;
  set(adapter, "D_fc1.weight", down);
  set(adapter, "D_fc2.weight", up);
  return adapter;
}

}  // namespace

TEST_CASE("MulConv carries leading tokens through twice and patches once beside their branches") {
  adapter::MultiScaleConvolution<Cpu<>> adapter = see_through(narrow);  // the branches are zero
  const X tokens = X::full(Shape{1, odd_layout.leading + 15, 32}, 3);
  const std::vector<float> y = adapter(tokens, odd_layout).to_vector();
  for (std::size_t t = 0; t < 18; ++t) {
    INFO("token " << t);
    CHECK(y[t * 32] == (t < 3 ? 6 : 3));
    CHECK(y[t * 32 + 3] == (t < 3 ? 6 : 3));
    CHECK(y[t * 32 + 4] == 0);
  }
}

TEST_CASE("MulConv's branches see one cell, its neighbours and their neighbours, on a map that is not square") {
  adapter::MultiScaleConvolution<Cpu<>> adapter = see_through(narrow);
  const float deviation = std::sqrt(1.001F);  // of batch norm's variance 1 and eps 1e-3
  set(adapter, "branch1.conv.weight", {1, 0, 0, 0, 0, 1, 0, 0});
  set(adapter, "branch1.bn.weight", {deviation, deviation});
  for (const std::string branch : {"branch2.", "branch3."}) {
    set(adapter, branch + "0.conv.weight", {1, 0, 0, 0});
    set(adapter, branch + "0.bn.weight", {deviation});
    set(adapter, branch + "1.bn.weight", {deviation});
  }
  set(adapter, "branch2.1.conv.weight", std::vector<float>(9, 1));
  set(adapter, "branch3.1.conv.weight", std::vector<float>(25, 1));
  const TokenLayout layout{1, {3, 5}};
  X tokens = X::zeros(Shape{1, 16, 32});
  const std::int64_t lit = 1 * 5 + 1;  // row 1, column 1
  tokens.data()[(1 + lit) * 32] = 2;
  const std::vector<float> y = adapter(tokens, layout).to_vector();
  for (std::int64_t i = 0; i < 15; ++i) {
    INFO("patch " << i);
    const std::int64_t rows = std::abs(i / 5 - 1), columns = std::abs(i % 5 - 1);
    const float* const out = y.data() + (1 + i) * 32;
    CHECK(out[0] == Approx(i == lit ? 4 : 0));  // the 1×1 branch and the skip connection
    CHECK(out[1] == 0);
    CHECK(out[2] == Approx(rows <= 1 && columns <= 1 ? 2 : 0));  // the 3×3 branch
    CHECK(out[3] == Approx(rows <= 2 && columns <= 2 ? 2 : 0));  // the 5×5 branch
  }
}

TEST_CASE("MulConv with a skip connection adds its input, and the block gets its share of the result") {
  MulConvSettings settings = narrow;
  settings.skip = true;
  settings.scale = 0.5F;
  MulConvAdapter<Cpu<>> adapter(small_vit, settings);
  const X fed = random_tokens(2, odd_layout, 1), normed = random_tokens(2, odd_layout, 2);
  CHECK(adapter.after_mlp(fed, normed, odd_layout).to_vector() == add_scaled(fed, normed, 0.5F).to_vector());
  CHECK(adapter.beside_mlp(fed, normed, odd_layout).to_vector() == fed.to_vector());
}

TEST_CASE("MulConv whose up-projection is zero leaves a block as it is, on any grid and with registers") {
  BlockWithAndWithout<MulConvAdapter> blocks;
  const X tokens = random_tokens(2, odd_layout, 3);
  const std::vector<float> plain = blocks.without(tokens, odd_layout).to_vector();
  CHECK(largest_difference(blocks.with(tokens, odd_layout).to_vector(), plain) > 0.01F);
  set(blocks.with, "adapter.D_fc2.weight", zeros(32 * 16));
  set(blocks.with, "adapter.D_fc2.bias", zeros(32));
  CHECK(largest_difference(blocks.with(tokens, odd_layout).to_vector(), plain) < 1e-6F);  // rounded once more
}

TEST_CASE("MulConv keeps each image's bits in any batch and on any threads, down to a single patch") {
  const BlockWithAndWithout<MulConvAdapter> blocks;
  for (const TokenLayout layout : {odd_layout, TokenLayout{1, {7, 2}}, TokenLayout{1, {1, 1}}}) check_block(blocks.with, layout);
}

TEST_CASE("MulConv has the official names, and the authors' shares of the channels") {
  const std::vector<std::string> names = adapter_parameters<MulConvAdapter>();
  const std::vector<std::string> some{"adapter.branch1.conv.weight [8, 16, 1, 1]",
                                      "adapter.branch1.bn.running_var [8]",
                                      "adapter.branch2.0.conv.weight [1, 16, 1, 1]",
                                      "adapter.branch2.1.conv.weight [4, 1, 3, 3]",
                                      "adapter.branch3.0.conv.bias [1]",
                                      "adapter.branch3.1.conv.weight [4, 1, 5, 5]",
                                      "adapter.D_fc1.weight [16, 32]",
                                      "adapter.D_fc2.weight [32, 16]"};
  for (const std::string& name : some) CHECK(std::find(names.begin(), names.end(), name) != names.end());
  CHECK(names.size() == 5 * 6 + 4);
  const MulConvSettings vit_b = MulConvSettings().for_channels(768);
  CHECK(std::vector<std::int64_t>{vit_b.hidden, vit_b.one, vit_b.reduced_3, vit_b.three, vit_b.reduced_5, vit_b.five} ==
        std::vector<std::int64_t>{384, 192, 24, 96, 24, 96});
}

TEST_CASE("MulConv refuses branches that do not add up to the hidden channels") {
  CHECK_THROWS_WITH(
      MulConvAdapter<Cpu<>>(small_vit, {.hidden = 10, .one = 2, .three = 3, .five = 4}),
      ContainsSubstring("the branches have 2, 3 and 4 channels (the latter two from 1 and 1), want their sum to be the hidden 10"));
  VitConfig tiny = small_vit;
  tiny.channels = 16;  // a 32nd of it is nothing
  CHECK_THROWS_AS(MulConvAdapter<Cpu<>>(tiny), ConfigError);
}
