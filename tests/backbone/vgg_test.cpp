// SPDX-License-Identifier: MIT
#include <vpr/backbone/tapped.hpp>
#include <vpr/backbone/vgg.hpp>

#include "tests/backbone/staged.hpp"

#include <array>
#include <string>
#include <vector>

using namespace vpr;
using namespace vpr::test;

namespace {

const VggConfig small{.convolutions = {1, 2, 1, 1, 2}, .width = 3};
const VggConfig pooled{.convolutions = {1, 1, 1, 1, 1}, .width = 2, .last_pooled = true};

}  // namespace

static_assert(PartedBackbone<Vgg<>> && PartedBackbone<Tapped<Vgg<>>>);

TEST_CASE("VGG-16's parameters have torchvision's names and shapes, up to conv5_3") {
  const std::vector<std::string> all = parameters(Vgg<Shapes>());
  CHECK(all.size() == 26);
  const auto has = [&all](const std::string& text) { return std::find(all.begin(), all.end(), text) != all.end(); };
  CHECK(all[0] == "features.0.weight [64, 3, 3, 3]");
  CHECK(has("features.2.bias [64]"));
  CHECK(has("features.5.weight [128, 64, 3, 3]"));
  CHECK(has("features.14.weight [256, 256, 3, 3]"));
  CHECK(has("features.17.weight [512, 256, 3, 3]"));
  CHECK(all[24] == "features.28.weight [512, 512, 3, 3]");
  std::int64_t elements = 0;
  visit_const(Vgg<Shapes>(), [&](const std::string&, const auto& parameter) { elements += parameter.shape().elements(); });
  CHECK(elements == 14'714'688);
}

TEST_CASE("A convolution of a VGG is followed by ReLU, the last one by nothing unless it is pooled") {
  Vgg<> bare({.convolutions = {1, 1, 1, 1, 1}, .width = 1}),
      with_pooling({.convolutions = {1, 1, 1, 1, 1}, .width = 1, .last_pooled = true});
  for (Vgg<>* const network : {&bare, &with_pooling}) {
    network->visit(
        [](const std::string& name, auto& parameter) {
          std::vector<float> values(static_cast<std::size_t>(parameter.shape().elements()), 0);
          if (name.ends_with("bias")) values.assign(values.size(), name == "features.12.bias" ? -2.0F : 1.0F);
          parameter.assign(std::span<const float>(values));
        },
        "");
  }
  const X image = random_tensor_f32(Shape{1, 3, 32, 32}, 1);
  CHECK(bare(image).patches.to_vector() == std::vector<float>(4 * 8, -2));
  CHECK(with_pooling(image).patches.to_vector() == std::vector<float>(8, 0));
  CHECK(with_pooling.grid(32, 32) == Grid{1, 1});
}

TEST_CASE("A VGG's features are maps of the grid and the channels that it tells, at every tap and for every size") {
  for (const VggConfig& config : {small, pooled}) {
    const auto model = network_of<Vgg>(config);
    for (const auto& [height, width] : {std::pair{32, 35}, {47, 33}, {64, 96}}) {
      const std::array taps{Tap{2}, Tap{}, Tap{0}, Tap{4}};
      const auto all = model.at(images(height, width), taps);
      for (std::size_t i = 0; i < taps.size(); ++i) {
        CHECK(all[i].grid == model.grid(height, width, taps[i]));
        CHECK(all[i].patches.shape() == Shape{2, all[i].grid.patches(), model.channels(taps[i])});
        CHECK(all[i].cls.empty());
      }
    }
  }
  const Vgg<Shapes> vgg16;
  CHECK(vgg16.channels() == 512);
  CHECK(vgg16.channels({2}) == 256);
  CHECK(vgg16.grid(480, 640) == Grid{30, 40});
  CHECK(vgg16.grid(487, 33, {0}) == Grid{243, 16});
}

TEST_CASE("Each image has the same bits through a VGG alone, in a batch and on any number of threads") {
  check_same_bits(network_of<Vgg>(small));
}

TEST_CASE("A cut VGG gives what its last stage gives of the whole, and takes the file of the whole") {
  check_cut<Vgg>(
      small, 3,
      {"classifier.0.weight", "classifier.0.bias", "classifier.3.weight", "classifier.3.bias", "classifier.6.weight", "classifier.6.bias"});
  CHECK_THROWS_WITH(VggConfig().first(6), ContainsSubstring("VGG: got the first 6 stages, it has 5"));
}

TEST_CASE("A VGG's parameters are told by their stage") {
  const Vgg<Shapes> vgg16;
  CHECK(vgg16.part_of("features.0.weight") == 0);
  CHECK(vgg16.part_of("features.2.bias") == 0);
  CHECK(vgg16.part_of("features.5.weight") == 1);
  CHECK(vgg16.part_of("features.21.weight") == 3);
  CHECK(vgg16.part_of("features.24.weight") == 4);
  CHECK(vgg16.part_of("features.28.bias") == 4);
}

TEST_CASE("What a VGG cannot be or read is refused") {
  const auto model = network_of<Vgg>(small);
  CHECK_THROWS_WITH(model(random_tensor_f32(Shape{1, 1, 32, 32}, 1)),
                    ContainsSubstring("VGG: got images [1, 1, 32, 32], want [batch, 3, height, width]"));
  CHECK_THROWS_WITH(model(images(), Tap{5}), ContainsSubstring("VGG: got stage 5, want one in [0, 5)"));
  CHECK_THROWS_WITH(model(images(), Tap{1, Facet::key}), ContainsSubstring("got the facet key"));
  CHECK_THROWS_WITH(Vgg<>(VggConfig{.width = 0}), ContainsSubstring("a width of 0"));
  CHECK_THROWS_WITH(Vgg<>(VggConfig{.convolutions = {1, 0, 1, 1, 1}}), ContainsSubstring("a convolution in each"));
}

TEST_CASE("Gradients of a whole VGG agree with central differences") {
  check_gradients<Vgg>(small);
  check_gradients<Vgg>(pooled);
}

TEST_CASE("A recorded VGG gives the bits of inference, and the same gradients on any number of threads and checkpointed") {
  check_recorded<Vgg>(small);
}
