// SPDX-License-Identifier: MIT
#include <vpr/adapter/convpass.hpp>

#include "tests/adapter/adapter_test.hpp"

using namespace vpr;
using namespace vpr::test;

namespace {
double quick(double x) { return x / (1 + std::exp(-1.702 * x)); }
}  // namespace

TEST_CASE("A bypass convolves the patches as one map and each leading token as a map of its own") {
  adapter::ConvolutionalBypass<Cpu<>> bypass(32, 1);
  std::vector<float> down = zeros(32), up = zeros(32);
  down[0] = up[0] = 1;
  set(bypass, "adapter_down.weight", down);
  set(bypass, "adapter_up.weight", up);
  set(bypass, "adapter_conv.weight", {1, 1, 1, 1, 1, 1, 1, 1, 1});
  std::vector<float> values = zeros(18 * 32);
  for (const std::size_t token : {0U, 1U, 2U, 3U + 7U}) values[token * 32] = 2;  // all leading ones, and the patch of row 1, column 2
  const std::vector<float> y = bypass(tensor(Shape{1, 18, 32}, values), odd_layout).to_vector();
  for (std::size_t t = 0; t < 18; ++t) {
    INFO("token " << t);
    const bool sees = t < 3 || ((t - 3) % 5 >= 1 && (t - 3) % 5 <= 3);
    CHECK(y[t * 32] == Approx(sees ? quick(quick(2)) : 0).margin(1e-7));
    CHECK(y[t * 32 + 1] == 0);
  }
}

TEST_CASE("A Convpass whose up-projections are zero leaves a block as it is, on any grid and with registers") {
  BlockWithAndWithout<ConvpassAdapter> blocks;
  const X tokens = random_tokens(2, odd_layout, 3);
  const std::vector<float> plain = blocks.without(tokens, odd_layout).to_vector();
  CHECK(largest_difference(blocks.with(tokens, odd_layout).to_vector(), plain) > 0.01F);
  for (const std::string bypass : {"adapter_attn.", "adapter_mlp."}) {
    set(blocks.with, bypass + "adapter_up.weight", zeros(32 * 8));
    set(blocks.with, bypass + "adapter_up.bias", zeros(32));
  }
  CHECK(blocks.with(tokens, odd_layout).to_vector() == plain);
}

TEST_CASE("Convpass goes beside the attention, the feed-forward network, or both, by its scale") {
  const X x = random_tokens(1, odd_layout, 1), normed = random_tokens(1, odd_layout, 2);
  for (const ConvpassSettings settings :
       {ConvpassSettings{4, 0.5F, true, false}, ConvpassSettings{4, 0.5F, false, true}, ConvpassSettings{4, 2, true, true}}) {
    ConvpassAdapter<Cpu<>> adapter(small_vit, settings);
    randomise(adapter, 3);
    const auto expected = [&](const auto& bypass) {
      return bypass ? add_scaled(x, (*bypass)(normed, odd_layout), settings.scale).to_vector() : x.to_vector();
    };
    CHECK(adapter.beside_attention(x, normed, odd_layout).to_vector() == expected(adapter.attention));
    CHECK(adapter.beside_mlp(x, normed, odd_layout).to_vector() == expected(adapter.mlp));
    CHECK(adapter.after_mlp(x, normed, odd_layout).to_vector() == x.to_vector());
    CHECK(adapter.attention.has_value() == settings.beside_attention);
    CHECK(adapter.mlp.has_value() == settings.beside_mlp);
    CHECK(parameters(adapter).size() == (settings.beside_attention && settings.beside_mlp ? 12 : 6));
  }
}

TEST_CASE("Convpass keeps each image's bits in any batch and on any threads, down to a single patch") {
  const BlockWithAndWithout<ConvpassAdapter> blocks;
  for (const TokenLayout layout : {odd_layout, TokenLayout{1, {7, 2}}, TokenLayout{1, {1, 1}}}) check_block(blocks.with, layout);
}

TEST_CASE("Convpass has the official names") {
  CHECK(adapter_parameters<ConvpassAdapter>() ==
        std::vector<std::string>{"adapter_attn.adapter_conv.weight [8, 8, 3, 3]", "adapter_attn.adapter_conv.bias [8]",
                                 "adapter_attn.adapter_down.weight [8, 32]", "adapter_attn.adapter_down.bias [8]",
                                 "adapter_attn.adapter_up.weight [32, 8]", "adapter_attn.adapter_up.bias [32]",
                                 "adapter_mlp.adapter_conv.weight [8, 8, 3, 3]", "adapter_mlp.adapter_conv.bias [8]",
                                 "adapter_mlp.adapter_down.weight [8, 32]", "adapter_mlp.adapter_down.bias [8]",
                                 "adapter_mlp.adapter_up.weight [32, 8]", "adapter_mlp.adapter_up.bias [32]"});
}
