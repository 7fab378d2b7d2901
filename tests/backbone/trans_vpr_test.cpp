// SPDX-License-Identifier: MIT
#include <vpr/autograd.hpp>
#include <vpr/backbone/trans_vpr.hpp>

#include "tests/autograd/component_gradients.hpp"
#include "tests/support/component.hpp"

using namespace vpr;
using namespace vpr::test;

namespace {
const TransVprConfig small{.channels = 8, .depth = 3, .heads = 2, .levels = {0, 2}, .local_layer = 1};

TransVpr<> network() {
  TransVpr<> result(small);
  randomise(result, 1, 0.2F);
  return result;
}
}  // namespace

TEST_CASE("TransVPR's features are the tokens of its levels and of its local layer, side by side") {
  const TransVpr<> model = network();
  const X images = random_tensor_f32(Shape{2, 3, 32, 48}, 2);
  const Features<X> features = model(images);
  CHECK(model.channels() == 24);
  CHECK(features.grid == Grid{2, 3});
  CHECK(features.cls.empty());
  CHECK(features.patches.shape() == Shape{2, 6, 24});
  const auto levels = model.levels(model.tokens(model.maps(images), images.shape()));
  REQUIRE(levels.size() == 3);
  for (const auto& [at, layer] : {std::pair{0, 0}, std::pair{8, 2}, std::pair{16, 1}}) {
    const X part = slice(features.patches, 2, at, at + 8);
    CHECK(part.to_vector() == slice(levels[static_cast<std::size_t>(layer)], 1, 1, 7).to_vector());
  }
}

TEST_CASE("TransVPR gives an image the same bits alone, in a batch and on any threads, folded or not nearly so") {
  TransVpr<> model = network();
  const X images = random_tensor_f32(Shape{2, 3, 32, 48}, 3);
  const std::vector<float> together = same_on_any_threads([&] { return model(images).patches.to_vector(); });
  std::vector<float> alone = model(slice(images, 0, 0, 1)).patches.to_vector();
  const std::vector<float> second = model(slice(images, 0, 1, 2)).patches.to_vector();
  alone.insert(alone.end(), second.begin(), second.end());
  CHECK(alone == together);
  fold_batch_norm(model);
  CHECK(largest_difference(model(images).patches.to_vector(), together) < 1e-4F);
}

TEST_CASE("TransVPR of the published sizes has the authors' parameters") {
  const std::vector<std::string> all = parameters(TransVpr<>());
  const auto has = [&](const char* text) { return std::find(all.begin(), all.end(), text) != all.end(); };
  for (const char* text : {"conv1.0.weight [64, 3, 3, 3]", "conv4.1.running_var [512]", "tokenizer1.conv_layer.weight [64, 64, 8, 8]",
                           "tokenizer4.conv_layer.weight [64, 512, 1, 1]", "transformer.class_emb [1, 1, 256]",
                           "transformer.blocks.5.self_attn.qkv.weight [768, 256]", "transformer.blocks.5.linear2.weight [256, 512]",
                           "transformer.blocks.0.pre_norm.bias [256]", "transformer.norm.weight [256]"}) {
    INFO(text);
    CHECK(has(text));
  }
  CHECK_FALSE(has("transformer.blocks.0.self_attn.qkv.bias [768]"));
  CHECK(all.size() == 4 * 6 + 4 * 2 + 1 + 6 * 11 + 2);
}

TEST_CASE("TransVPR's gradients agree with central differences") {
  TransVpr<Training> model({.channels = 4, .depth = 2, .heads = 2, .levels = {0, 1}, .local_layer = 1});
  check_parameter_gradients(model, [](const auto& m) {
    const V images = constant(Shape{1, 3, 16, 32}, 4);
    return m(images).patches;
  });
}

TEST_CASE("TransVPR refuses images whose sides are not multiples of 16, and sizes that mean nothing") {
  CHECK_THROWS_WITH(network()(X::zeros(Shape{1, 3, 24, 32})), ContainsSubstring("sides that are multiples of 16"));
  CHECK_THROWS_AS(TransVpr<>({.channels = 6}), ConfigError);
  CHECK_THROWS_WITH(TransVpr<>({.levels = {1, 6}}), ContainsSubstring("none of the layers 0 to 5"));
  CHECK_THROWS_AS(TransVpr<>({.levels = {}}), ConfigError);
}
