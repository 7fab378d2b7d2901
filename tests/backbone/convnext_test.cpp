// SPDX-License-Identifier: MIT
#include <vpr/backbone/convnext.hpp>
#include <vpr/backbone/tapped.hpp>

#include "tests/backbone/staged.hpp"

#include <array>
#include <string>
#include <vector>

using namespace vpr;
using namespace vpr::test;

namespace {

const ConvNextConfig small{.blocks = {1, 2, 1, 1}, .width = 4};

}  // namespace

static_assert(PartedBackbone<ConvNext<>> && PartedBackbone<Tapped<ConvNext<>>>);

TEST_CASE("A ConvNeXt's parameters have torchvision's names and shapes") {
  const std::vector<std::string> all = parameters(ConvNext<Shapes>());
  const auto has = [&all](const std::string& text) { return std::find(all.begin(), all.end(), text) != all.end(); };
  CHECK(all[0] == "features.0.0.weight [96, 3, 4, 4]");
  CHECK(has("features.0.1.bias [96]"));
  CHECK(has("features.1.2.layer_scale [96, 1, 1]"));
  CHECK(has("features.1.0.block.0.weight [96, 1, 7, 7]"));
  CHECK(has("features.2.0.weight [96]"));
  CHECK(has("features.2.1.weight [192, 96, 2, 2]"));
  CHECK(has("features.5.8.block.2.weight [384]"));
  CHECK(has("features.7.2.block.3.weight [3072, 768]"));
  CHECK(has("features.7.2.block.5.bias [768]"));
}

TEST_CASE("A block adds what it scales; with a scale of zero the stages only halve the map") {
  ConvNext<> network(small);
  randomise(network, 1, 0.3F);
  network.visit(
      [](const std::string& name, auto& parameter) {
        if (name.ends_with("layer_scale"))
          parameter.assign(std::span<const float>(std::vector<float>(static_cast<std::size_t>(parameter.shape().elements()), 0)));
      },
      "");
  CHECK(network(images(), Tap{0}).patches.to_vector() == network.before(images(), 0).to_vector());
}

TEST_CASE("A ConvNeXt's features are maps of the grid and the channels that it tells, at every tap and for every size") {
  const auto model = network_of<ConvNext>(small);
  for (const auto& [height, width] : {std::pair{32, 35}, {47, 33}, {64, 96}}) {
    const std::array taps{Tap{2}, Tap{}, Tap{0}, Tap{1}};
    const auto all = model.at(images(height, width), taps);
    for (std::size_t i = 0; i < taps.size(); ++i) {
      CHECK(all[i].grid == model.grid(height, width, taps[i]));
      CHECK(all[i].patches.shape() == Shape{2, all[i].grid.patches(), model.channels(taps[i])});
      CHECK(all[i].cls.empty());
    }
  }
  const ConvNext<Shapes> tiny;
  CHECK(tiny.channels() == 768);
  CHECK(tiny.grid(322, 322) == Grid{10, 10});
  CHECK(tiny.grid(480, 640, {0}) == Grid{120, 160});
}

TEST_CASE("Each image has the same bits through a ConvNeXt alone, in a batch and on any number of threads") {
  check_same_bits(network_of<ConvNext>(small));
}

TEST_CASE("A cut ConvNeXt gives what its last stage gives of the whole, and takes the file of the whole") {
  check_cut<ConvNext>(small, 2, {"classifier.0.weight", "classifier.0.bias", "classifier.2.weight", "classifier.2.bias"});
  CHECK_THROWS_WITH(small.first(5), ContainsSubstring("ConvNeXt: got the first 5 stages, it has 4"));
}

TEST_CASE("A ConvNeXt's parameters are told by their stage, what halves a map by the stage behind it") {
  const ConvNext<Shapes> tiny;
  CHECK(tiny.part_of("features.0.1.weight") == -1);
  CHECK(tiny.part_of("features.1.2.layer_scale") == 0);
  CHECK(tiny.part_of("features.2.1.weight") == 1);
  CHECK(tiny.part_of("features.3.0.block.0.weight") == 1);
  CHECK(tiny.part_of("features.6.0.bias") == 3);
  CHECK(tiny.part_of("features.7.2.block.5.bias") == 3);
}

TEST_CASE("What a ConvNeXt cannot be is refused") {
  CHECK_THROWS_WITH(ConvNext<>(ConvNextConfig{.width = 0}), ContainsSubstring("a width of 0"));
  CHECK_THROWS_WITH(ConvNext<>(ConvNextConfig{.blocks = {1, 0, 1, 1}}), ContainsSubstring("a block in each"));
}

TEST_CASE("Gradients of a whole ConvNeXt agree with central differences") { check_gradients<ConvNext>(small); }

TEST_CASE("A recorded ConvNeXt gives inference's features but for roundings, and the same gradients on any threads and checkpointed") {
  check_recorded<ConvNext>(small, 1e-5F);
}
