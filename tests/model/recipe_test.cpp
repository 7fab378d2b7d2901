// SPDX-License-Identifier: MIT
#include <vpr/model/recipe.hpp>

#include <vpr/adapter/mul_conv.hpp>
#include <vpr/aggregator/cross_image.hpp>
#include <vpr/autograd.hpp>
#include <vpr/backbone/dinov2.hpp>
#include <vpr/io/open.hpp>
#include <vpr/io/save.hpp>
#include <vpr/model/systems.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#include <algorithm>
#include <map>
#include <set>

using namespace vpr;

namespace {

using R = Recorded<Cpu<>>;
const VitConfig tiny{.channels = 32, .depth = 3, .heads = 2, .trained_side = 56};

auto adapted() {
  return Pipeline(DinoV2<VitConfig, MulConvAdapter, R>(tiny),
                  CrossImageAggregator<Split<1, 2, 3>, R>({.channels = 32, .heads = 2, .hidden = 32}), NormaliseThenResize<>{{{56, 56}}},
                  {"backbone.", ""});
}

template <class Model>
std::map<std::string, std::vector<float>> values_of(Model& model) {
  std::map<std::string, std::vector<float>> values;
  model.visit([&](const std::string& name, auto& parameter) { values[name] = parameter.to_vector(); }, "");
  return values;
}

template <class Model>
std::set<std::string> trained_of(Model& model) {
  std::set<std::string> names;
  model.visit(
      [&](const std::string& name, auto& parameter) {
        if (parameter.needs_gradient()) names.insert(name);
      },
      "");
  return names;
}

/// A system, and a tensor beside it.
template <class System>
struct WithClassifier {
  System& system;
  Tensor<Cpu<>> classifier = Tensor<Cpu<>>::full(Shape{4}, 1);

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    system.visit(visitor, prefix);
    visitor(prefix + "classifier.weight", classifier);
  }
};

}  // namespace

TEST_CASE("A training starts from a backbone's weights, with heads of its seed and adapters that change nothing yet") {
  DinoV2<> backbone(tiny);
  initialise(backbone, 7);
  const TemporaryFolder folder;
  const std::string path = folder.file("backbone.safetensors");
  save_safetensors(path, backbone);

  auto model = adapted(), same = adapted(), other = adapted();
  load_to_train(model, open_weights(path), 1);
  load_to_train(same, open_weights(path), 1);
  load_to_train(other, open_weights(path), 2);
  const auto values = values_of(model);
  for (const auto& [name, numbers] : values_of(backbone)) CHECK(values.at("backbone." + name) == numbers);
  CHECK(values == values_of(same));
  CHECK(values.at("encoder.layers.0.linear1.weight") != values_of(other).at("encoder.layers.0.linear1.weight"));
  const auto& last = values.at("backbone.blocks.0.adapter.D_fc2.weight");
  CHECK(std::all_of(last.begin(), last.end(), [](float value) { return value == 0; }));
  const auto& first = values.at("backbone.blocks.0.adapter.D_fc1.weight");
  CHECK(std::any_of(first.begin(), first.end(), [](float value) { return value != 0; }));
}

TEST_CASE("A training goes on from a checkpoint of the whole system, and refuses weights of another network") {
  auto model = adapted();
  initialise(model, 5);
  const TemporaryFolder folder;
  save_safetensors(folder.file("whole.safetensors"), model);
  auto again = adapted();
  load_to_train(again, open_weights(folder.file("whole.safetensors")), 1);
  CHECK(values_of(again) == values_of(model));

  WithClassifier<decltype(model)> more{model};
  save_safetensors(folder.file("more.safetensors"), more);
  auto lenient = adapted();
  CHECK_FALSE(load_to_train(lenient, open_weights(folder.file("more.safetensors")), 1));  // whose head is not drawn anew
  CHECK(values_of(lenient) == values_of(model));

  DinoV2<> wider(VitConfig{.channels = 48, .depth = 3, .heads = 2, .trained_side = 56});
  save_safetensors(folder.file("wider.safetensors"), wider);
  CHECK_THROWS_AS(load_to_train(again, open_weights(folder.file("wider.safetensors")), 1), WeightError);
}

TEST_CASE("Heads and adapters are trained, of the backbone the last blocks that are asked for, and never a statistic") {
  auto model = adapted();
  freeze_backbone(model, 0);
  const std::set<std::string> heads = trained_of(model);
  CHECK(heads.contains("aggregation.1.p"));
  CHECK(heads.contains("encoder.layers.1.norm2.bias"));
  CHECK(heads.contains("backbone.blocks.2.adapter.branch1.bn.weight"));
  CHECK_FALSE(heads.contains("backbone.blocks.2.adapter.branch1.bn.running_mean"));
  CHECK_FALSE(heads.contains("backbone.blocks.2.mlp.fc1.weight"));
  freeze_backbone(model, 1);
  const std::set<std::string> tuned = trained_of(model);
  CHECK(tuned.contains("backbone.blocks.2.mlp.fc1.weight"));
  CHECK(tuned.contains("backbone.norm.weight"));
  CHECK_FALSE(tuned.contains("backbone.blocks.1.mlp.fc1.weight"));
  CHECK_FALSE(tuned.contains("backbone.patch_embed.proj.weight"));
}

TEST_CASE("A ResNet starts from a file of its own names, and its last stages are tuned, never a statistic") {
  using B = Recorded<Cpu<f32>>;
  const TemporaryFolder folder;
  auto network = make_backbone<B>("resnet18:2");
  initialise(network, 1);
  save_safetensors(folder.file("resnet18.safetensors"), network);
  auto gcl = make_system<B>("gcl@resnet18:2");
  load_to_train(gcl, open_weights(folder.file("resnet18.safetensors")), 1);
  CHECK(values_of(gcl).at("backbone.layer2.1.conv2.weight") == values_of(network).at("layer2.1.conv2.weight"));
  freeze_backbone(gcl, 1);
  const std::set<std::string> tuned = trained_of(gcl);
  CHECK(tuned.contains("pool.p"));
  CHECK(tuned.contains("backbone.layer2.0.downsample.0.weight"));
  CHECK(tuned.contains("backbone.layer2.1.bn2.weight"));
  CHECK_FALSE(tuned.contains("backbone.layer2.1.bn2.running_var"));
  CHECK_FALSE(tuned.contains("backbone.layer1.0.conv1.weight"));
  CHECK_FALSE(tuned.contains("backbone.conv1.weight"));
}

TEST_CASE("A cut network starts from the file of the whole, and is trained in its adapters, its head and the last blocks that are left") {
  DinoV2<> whole(ViTS14().first(2));
  initialise(whole, 3);
  const TemporaryFolder folder;
  const std::string path = folder.file("whole.safetensors");
  save_safetensors(path, whole);
  const auto trained = [&](const char* name, std::int64_t tuned_blocks) {
    AnySystem<R> system = make_system<R>(name);
    load_to_train(system, open_weights(path), 1);
    freeze_backbone(system, tuned_blocks);
    CHECK(values_of(system).at("backbone.blocks.0.mlp.fc1.weight") == values_of(whole).at("blocks.0.mlp.fc1.weight"));
    return trained_of(system);
  };
  CHECK(trained("dinov2-vits14:1+gem", 0) == std::set<std::string>{"aggregator.p"});
  CHECK_THROWS_WITH(trained("dinov2-vits14:1+mean", 0), ContainsSubstring("nothing is left to train"));
  CHECK(trained("dinov2-vits14:1+gem", 1).contains("backbone.blocks.0.mlp.fc1.weight"));
  CHECK(trained("dinov2-vits14:2+netvlad", 1).contains("backbone.blocks.1.mlp.fc1.weight"));
  CHECK_FALSE(trained("dinov2-vits14:2+netvlad", 1).contains("backbone.blocks.0.mlp.fc1.weight"));
  CHECK(trained("selavpr-global@dinov2-vits14:1", 0).contains("backbone.blocks.0.adapter1.D_fc1.weight"));
  CHECK_FALSE(trained("selavpr-global@dinov2-vits14:1", 0).contains("backbone.blocks.0.mlp.fc1.weight"));
}
