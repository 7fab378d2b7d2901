// SPDX-License-Identifier: MIT
#include <vpr/autograd.hpp>
#include <vpr/backbone/dinov2.hpp>
#include <vpr/backbone/token_insertion.hpp>
#include <vpr/train/parameters.hpp>

#include "tests/autograd/component_gradients.hpp"
#include "tests/support/component.hpp"

using namespace vpr;
using namespace vpr::test;

namespace {

VitConfig tiny() { return {.channels = 24, .depth = 3, .heads = 3, .registers = 2, .trained_side = 70}; }

TokenInsertion<DinoV2<>> network(std::int64_t tokens = 3, std::int64_t before = 1) {
  TokenInsertion model(DinoV2<>(tiny()), tokens, before);
  randomise(model, 1);
  return model;
}

X images() { return random_tensor_f32(Shape{2, 3, 28, 42}, 3); }

}  // namespace

TEST_CASE("Inserted tokens are given beside class token and patches; up to their block the network is as without") {
  const auto model = network();
  const Features<X> features = model(images());
  CHECK(features.inserted.shape() == Shape{2, 3, 24});
  CHECK(features.patches.shape() == Shape{2, 6, 24});
  CHECK(features.cls.shape() == Shape{2, 24});
  const DinoV2<>& plain = model.network;
  CHECK(model(images(), Tap{0}).patches.to_vector() == plain(images(), Tap{0}).patches.to_vector());
  CHECK(model(images(), Tap{0}).inserted.empty());
  CHECK(model(images(), Tap{1, Facet::key}).patches.to_vector() == plain(images(), Tap{1, Facet::key}).patches.to_vector());
  CHECK(model(images(), Tap{1}).inserted.shape() == Shape{2, 3, 24});
  CHECK(largest_difference(features.patches.to_vector(), plain(images()).patches.to_vector()) > 1e-3F);
}

TEST_CASE("Inserted tokens have no order: exchanged, so are their features") {
  auto model = network(2);
  const std::vector<float> values = random_floats(48, 9);
  set(model, "learnable_aggregation_tokens", values);
  const X before = model(images()).inserted;
  std::vector<float> exchanged(values.begin() + 24, values.end());
  exchanged.insert(exchanged.end(), values.begin(), values.begin() + 24);
  set(model, "learnable_aggregation_tokens", exchanged);
  const X after = model(images()).inserted;
  CHECK(largest_difference(slice(before, 1, 0, 1).to_vector(), slice(after, 1, 1, 2).to_vector()) < 1e-5F);
}

TEST_CASE("A photo has the same bits alone and in a batch, on any number of threads") {
  const auto model = network();
  const std::vector<float> together = same_on_any_threads([&] { return model(images()).inserted.to_vector(); });
  std::vector<float> alone;
  for (const std::int64_t i : {0, 1}) {
    const std::vector<float> one = model(slice(images(), 0, i, i + 1)).inserted.to_vector();
    alone.insert(alone.end(), one.begin(), one.end());
  }
  CHECK(alone == together);
}

TEST_CASE("Inserted tokens are named beside the network, as checkpoints have them") {
  auto model = network();
  std::vector<std::string> names;
  model.visit([&](const std::string& name, auto&) { names.push_back(name); }, "model.backbone.");
  CHECK(names[0] == "model.learnable_aggregation_tokens");
  CHECK(names[1] == "model.backbone.cls_token");
  CHECK(model.part_of("learnable_aggregation_tokens") == 1);
  CHECK_THAT(model.settings(), ContainsSubstring("3 tokens put in before block 1"));
  CHECK_THROWS_WITH(network(0), ContainsSubstring("token insertion: got 0 tokens before block 1"));
  CHECK_THROWS_AS(network(1, 3), ConfigError);
  CHECK_THROWS_AS(network(1, -1), ConfigError);
}

TEST_CASE("Gradients of inserted tokens and of the blocks agree with central differences, checkpointed or not") {
  VitConfig config = tiny();
  config.depth = 2;
  for (const bool checkpointing : {false, true}) {
    TokenInsertion model(DinoV2<VitConfig, NoAdapter, Training>(config), 2, 1);
    freeze(model, "mask_token");
    model.set_checkpointing(checkpointing);
    const V photo = constant(Shape{2, 3, 14, 28}, 3);
    check_parameter_gradients(model, [&](const auto& m) {
      const Features<V> features = m(photo);
      return concat(features.inserted, features.patches, 1);
    });
  }
}
