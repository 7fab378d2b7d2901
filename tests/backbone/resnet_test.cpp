// SPDX-License-Identifier: MIT
#include <vpr/aggregator/gem.hpp>
#include <vpr/aggregator/simple.hpp>
#include <vpr/backbone/resnet.hpp>
#include <vpr/backbone/tapped.hpp>
#include <vpr/layer/normed_convolution.hpp>

#include "tests/backbone/staged.hpp"

#include <array>
#include <string>
#include <vector>

using namespace vpr;
using namespace vpr::test;

namespace {

const ResNetConfig basic{.blocks = {1, 2, 1, 1}, .bottleneck = false, .width = 6};
const ResNetConfig bottleneck{.blocks = {2, 1, 1, 1}, .group_width = 5, .width = 5};
const ResNetConfig grouped{.blocks = {1, 1, 2, 1}, .groups = 3, .group_width = 2, .width = 4};

template <class B = Cpu<>>
ResNet<B> network(const ResNetConfig& config) {
  return network_of<ResNet, B>(config);
}

}  // namespace

static_assert(PartedBackbone<ResNet<>> && PartedBackbone<Tapped<ResNet<>>>);

TEST_CASE("A ResNet's parameters have torchvision's names and shapes") {
  CHECK(parameters(ResNet<>(ResNetConfig{.blocks = {1, 1, 1, 1}, .bottleneck = false}.first(1))) ==
        std::vector<std::string>{"conv1.weight [64, 3, 7, 7]", "bn1.weight [64]", "bn1.bias [64]", "bn1.running_mean [64]",
                                 "bn1.running_var [64]", "layer1.0.conv1.weight [64, 64, 3, 3]", "layer1.0.bn1.weight [64]",
                                 "layer1.0.bn1.bias [64]", "layer1.0.bn1.running_mean [64]", "layer1.0.bn1.running_var [64]",
                                 "layer1.0.conv2.weight [64, 64, 3, 3]", "layer1.0.bn2.weight [64]", "layer1.0.bn2.bias [64]",
                                 "layer1.0.bn2.running_mean [64]", "layer1.0.bn2.running_var [64]"});
  const std::vector<std::string> all = parameters(ResNet<Shapes>(ResNetConfig{.blocks = {3, 4, 23, 3}, .groups = 32, .group_width = 8}));
  const auto has = [&all](const std::string& text) { return std::find(all.begin(), all.end(), text) != all.end(); };
  CHECK(has("layer1.0.downsample.0.weight [256, 64, 1, 1]"));
  CHECK(has("layer2.0.conv1.weight [512, 256, 1, 1]"));
  CHECK(has("layer3.22.conv2.weight [1024, 32, 3, 3]"));
  CHECK(has("layer4.0.downsample.1.running_var [2048]"));
  CHECK(has("layer4.2.conv3.weight [2048, 2048, 1, 1]"));
  CHECK_FALSE(has("layer4.1.downsample.0.weight [2048, 2048, 1, 1]"));
}

TEST_CASE("Features are maps of the grid and the channels that the network tells, at every tap and for every size") {
  for (const ResNetConfig& config : {basic, bottleneck, grouped}) {
    const auto model = network(config);
    for (const auto& [height, width] : {std::pair{1, 1}, {2, 5}, {33, 47}, {64, 96}}) {
      const std::array taps{Tap{2}, Tap{}, Tap{0}, Tap{1}, Tap{3}};
      const auto all = model.at(images(height, width), taps);
      for (std::size_t i = 0; i < taps.size(); ++i) {
        CHECK(all[i].grid == model.grid(height, width, taps[i]));
        CHECK(all[i].patches.shape() == Shape{2, all[i].grid.patches(), model.channels(taps[i])});
        CHECK(all[i].cls.empty());
        CHECK(all[i].patches.to_vector() == model(images(height, width), taps[i]).patches.to_vector());
      }
    }
  }
  const ResNet<Shapes> resnet50;
  CHECK(resnet50.channels() == 2048);
  CHECK(resnet50.channels({2}) == 1024);
  CHECK(resnet50.grid(480, 640) == Grid{15, 20});
  CHECK(resnet50.grid(321, 33, {0}) == Grid{81, 9});
}

TEST_CASE("Each image has the same bits alone, in a batch and on any number of threads") { check_same_bits(network(grouped)); }

TEST_CASE("A map that is not what the stages before made of the images is refused") {
  const auto model = network(bottleneck);
  const Shape shape = images().shape();
  CHECK_THROWS_WITH(model.through_part(model.before(images(), 2), shape, 3), ContainsSubstring("got a map [2, 54, 40], want Bx15x80"));
  CHECK_THROWS_WITH(model.through_part(model.before(images(), 4), shape, 4), ContainsSubstring("after 4 stages, want at most 3"));
  CHECK_THROWS_WITH(model.continued(model.before(images(), 1), shape, -1), ContainsSubstring("after -1 stages"));
}

TEST_CASE("A cut ResNet gives what its last stage gives of the whole, and takes the file of the whole") {
  check_cut<ResNet>(bottleneck, 3, {"fc.weight", "fc.bias"});
  CHECK_THROWS_WITH(bottleneck.first(3).first(4), ContainsSubstring("got the first 4 stages, it has 3"));
  CHECK_THROWS_WITH(bottleneck.first(0), ContainsSubstring("got the first 0 stages, it has 4"));
}

TEST_CASE("A ResNet whose type is hidden tells its features at each tap, and so does one that is seen at a tap") {
  const auto held = network(basic);
  const AnyBackbone<> any(held), middle(Tapped(held, Tap{1}));
  CHECK(any.channels() == 48);
  CHECK(any.channels({0}) == 6);
  CHECK(any.grid(64, 64, {1}) == Grid{8, 8});
  CHECK(any(images()).patches.to_vector() == held(images()).patches.to_vector());
  CHECK(middle.channels() == 12);
  CHECK(middle.grid(64, 64) == Grid{8, 8});
  CHECK(middle(images()).patches.to_vector() == held(images(), {1}).patches.to_vector());
  CHECK(any.part_of("conv1.weight") == -1);
  CHECK(any.part_of("bn1.bias") == -1);
  CHECK(any.part_of("layer1.0.conv1.weight") == 0);
  CHECK(any.part_of("layer4.0.downsample.1.running_var") == 3);
  CHECK(any.plain_names() == ResNet<Shapes>(basic).plain_names());
}

TEST_CASE("Folded batch normalisations give the same features but for roundings") {
  for (const ResNetConfig& config : {basic, bottleneck, grouped}) {
    const auto plain = network(config);
    AnyBackbone<> folded(network(config));
    fold_batch_norm(folded);
    const std::vector<float> want = plain(images()).patches.to_vector(), got = folded(images()).patches.to_vector();
    CHECK(got != want);
    CHECK(largest_difference(got, want) <= 2e-6F * *std::max_element(want.begin(), want.end()));
  }
}

TEST_CASE("Aggregators of patches take a map without a class token, those of the class token refuse it") {
  const auto features = network(basic)(images());
  CHECK(GeM<>()(features).shape() == Shape{2, 48});
  CHECK(row_length(L2Tokens(GeM<>())(features).to_vector(), 48, 1) == Approx(1));
  CHECK_THROWS_WITH(ClassToken<>()(features), ContainsSubstring("the features have no class token"));
  CHECK_THROWS_WITH(L2Tokens(ClassToken<>())(features), ContainsSubstring("the features have no class token"));
}

TEST_CASE("What a ResNet cannot be or read is refused") {
  const auto model = network(basic);
  CHECK_THROWS_WITH(model(random_tensor_f32(Shape{1, 1, 8, 8}, 1)),
                    ContainsSubstring("got images [1, 1, 8, 8], want [batch, 3, height, width]"));
  CHECK_THROWS_AS(model(X(Shape{1, 3, 0, 8})), ShapeError);
  CHECK_THROWS_WITH(model(images(), Tap{4}), ContainsSubstring("got stage 4, want one in [0, 4)"));
  CHECK_THROWS_WITH(model(images(), Tap{1, Facet::key}), ContainsSubstring("got the facet key, which is of a transformer's attention"));
  CHECK_THROWS_WITH(ResNet<>(ResNetConfig{.blocks = {1, 0, 1, 1}}), ContainsSubstring("and a block in each"));
  CHECK_THROWS_WITH(ResNet<>(ResNetConfig{.width = 0}), ContainsSubstring("got a width of 0"));
  CHECK_THROWS_WITH(ResNet<>(ResNetConfig{.stages = 5}), ContainsSubstring("got 5 stages"));
}

TEST_CASE("Gradients of a whole ResNet agree with central differences") {
  check_gradients<ResNet>(basic);
  check_gradients<ResNet>(grouped);
}

TEST_CASE("A recorded ResNet gives the bits of inference, and the same gradients on any number of threads and checkpointed") {
  check_recorded<ResNet>(bottleneck);
}

TEST_CASE("A recorded ResNet keeps its running statistics, unless it is asked to take the batch's") {
  using B = Cpu<f32>;
  auto model = network<Recorded<B>>(basic);
  const auto statistics = [&] {
    std::vector<float> all;
    model.visit(
        [&](const std::string& name, auto& parameter) {
          const std::vector<float> values = parameter.to_vector();
          if (name.ends_with("running_mean") || name.ends_with("running_var")) all.insert(all.end(), values.begin(), values.end());
        },
        "");
    return all;
  };
  const std::vector<float> before = statistics();
  const std::vector<float> running = model(Var<B>(images())).patches.to_vector();
  CHECK(statistics() == before);
  CHECK(model.settings() == "running statistics");
  model.freeze_statistics(false);
  CHECK(model(Var<B>(images())).patches.to_vector() != running);
  CHECK(statistics() != before);
  CHECK(model.settings() == "statistics of the batch");
}
