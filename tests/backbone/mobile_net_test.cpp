// SPDX-License-Identifier: MIT
#include <vpr/backbone/mobile_net.hpp>
#include <vpr/backbone/tapped.hpp>

#include "tests/backbone/staged.hpp"

#include <array>
#include <string>
#include <vector>

using namespace vpr;
using namespace vpr::test;

namespace {

const MobileNetV2Config small{.blocks = {1, 2, 1, 2, 1, 1, 1, 1}, .widths = {3, 4, 5, 6, 6, 7, 8, 9}, .width = 4, .expansion = 2};

}  // namespace

static_assert(PartedBackbone<MobileNetV2<>> && PartedBackbone<Tapped<MobileNetV2<>>>);

TEST_CASE("A MobileNetV2's parameters have torchvision's names and shapes") {
  const std::vector<std::string> all = parameters(MobileNetV2<Shapes>());
  const auto has = [&all](const std::string& text) { return std::find(all.begin(), all.end(), text) != all.end(); };
  CHECK(all[0] == "features.0.0.weight [32, 3, 3, 3]");
  CHECK(has("features.0.1.running_var [32]"));
  CHECK(has("features.1.conv.0.0.weight [32, 1, 3, 3]"));
  CHECK(has("features.1.conv.0.1.bias [32]"));
  CHECK(has("features.1.conv.1.weight [16, 32, 1, 1]"));
  CHECK(has("features.1.conv.2.running_mean [16]"));
  CHECK(has("features.2.conv.0.0.weight [96, 16, 1, 1]"));
  CHECK(has("features.2.conv.1.0.weight [96, 1, 3, 3]"));
  CHECK(has("features.2.conv.1.1.weight [96]"));
  CHECK(has("features.17.conv.2.weight [320, 960, 1, 1]"));
  CHECK(has("features.17.conv.3.weight [320]"));
  CHECK(has("features.18.0.weight [1280, 320, 1, 1]"));
  CHECK(has("features.18.1.running_var [1280]"));
  CHECK(all.size() == 260);  // five of each of 52 normalised convolutions
}

TEST_CASE("A MobileNetV2's features are maps of the grid and the channels that it tells, at every tap and for every size") {
  const auto model = network_of<MobileNetV2>(small);
  for (const auto& [height, width] : {std::pair{1, 1}, {2, 5}, {33, 47}, {64, 96}}) {
    const std::array taps{Tap{2}, Tap{}, Tap{0}, Tap{1}, Tap{3}, Tap{4}, Tap{5}, Tap{6}};
    const auto all = model.at(images(height, width), taps);
    for (std::size_t i = 0; i < taps.size(); ++i) {
      CHECK(all[i].grid == model.grid(height, width, taps[i]));
      CHECK(all[i].patches.shape() == Shape{2, all[i].grid.patches(), model.channels(taps[i])});
      CHECK(all[i].cls.empty());
    }
  }
  const MobileNetV2<Shapes> published;
  CHECK(published.channels() == 1280);
  CHECK(published.channels({4}) == 96);
  CHECK(published.grid(480, 640, {2}) == Grid{60, 80});
  CHECK(published.grid(480, 640, {4}) == Grid{30, 40});
  CHECK(published.grid(225, 33) == Grid{8, 2});
}

TEST_CASE("A block adds the map to what it makes where the shapes are the same, and only there") {
  auto network = network_of<MobileNetV2>(small);
  const X before = network(images(), Tap{0}).patches;
  network.visit(
      [](const std::string& name, auto& parameter) {
        const bool ends = name.ends_with("conv.3.weight") || name.ends_with("conv.3.bias");
        const bool second = name.starts_with("features.3.") || name.starts_with("features.6.");
        if (ends && second)
          parameter.assign(std::span<const float>(std::vector<float>(static_cast<std::size_t>(parameter.shape().elements()), 0)));
      },
      "");
  MobileNetV2Config single = small;
  single.blocks = {1, 1, 1, 1, 1, 1, 1, 1};
  MobileNetV2<> without(single.first(2));
  std::vector<std::vector<float>> values;
  network.visit(
      [&](const std::string& name, auto& parameter) {
        const auto first = [&](const char* layer) { return name.starts_with(layer); };
        if (first("features.0.") || first("features.1.") || first("features.2.")) values.push_back(parameter.to_vector());
      },
      "");
  std::size_t next = 0;
  without.visit([&](const std::string&, auto& parameter) { parameter.assign(std::span<const float>(values.at(next++))); }, "");
  CHECK(network(images(), Tap{1}).patches.to_vector() == without(images()).patches.to_vector());
  CHECK(network(images(), Tap{0}).patches.to_vector() == before.to_vector());
}

TEST_CASE("Each image has the same bits through a MobileNetV2 alone, in a batch and on any number of threads") {
  check_same_bits(network_of<MobileNetV2>(small));
}

TEST_CASE("A cut MobileNetV2 gives what its last stage gives of the whole, and takes the file of the whole") {
  check_cut<MobileNetV2>(small, 4, {"classifier.1.weight", "classifier.1.bias"});
  check_cut<MobileNetV2>(small, 7, {"classifier.1.weight", "classifier.1.bias"});
  CHECK_THROWS_WITH(small.first(9), ContainsSubstring("MobileNetV2: got the first 9 stages, it has 8"));
}

TEST_CASE("A MobileNetV2's parameters are told by their stage") {
  const MobileNetV2<Shapes> network;
  CHECK(network.part_of("features.0.1.weight") == -1);
  CHECK(network.part_of("features.1.conv.0.0.weight") == 0);
  CHECK(network.part_of("features.3.conv.3.bias") == 1);
  CHECK(network.part_of("features.4.conv.0.0.weight") == 2);
  CHECK(network.part_of("features.16.conv.2.weight") == 5);
  CHECK(network.part_of("features.17.conv.2.weight") == 6);
  CHECK(network.part_of("features.18.0.weight") == 7);
}

TEST_CASE("Folded batch normalisations give a MobileNetV2's features but for roundings") {
  const auto plain = network_of<MobileNetV2>(small);
  AnyBackbone<> folded(network_of<MobileNetV2>(small));
  fold_batch_norm(folded);
  for (const Tap tap : {Tap{5}, Tap{}}) {
    const std::vector<float> want = plain(images(), tap).patches.to_vector(), got = folded(images(), tap).patches.to_vector();
    CHECK(got != want);
    CHECK(largest_difference(got, want) <= 2e-6F * *std::max_element(want.begin(), want.end()));
  }
}

TEST_CASE("What a MobileNetV2 cannot be is refused") {
  CHECK_THROWS_WITH(MobileNetV2<>(MobileNetV2Config{.width = 0}), ContainsSubstring("a width of 0"));
  CHECK_THROWS_WITH(MobileNetV2<>(MobileNetV2Config{.blocks = {1, 0, 1, 1, 1, 1, 1, 1}}), ContainsSubstring("a block in each"));
  CHECK_THROWS_WITH(MobileNetV2<>(MobileNetV2Config{.blocks = {1, 1, 1, 1, 1, 1, 1, 2}}), ContainsSubstring("one in the last"));
  CHECK_THROWS_WITH(MobileNetV2<>(MobileNetV2Config{.stages = 9}), ContainsSubstring("got 9 stages"));
}

TEST_CASE("Gradients of a whole MobileNetV2 agree with central differences") { check_gradients<MobileNetV2>(small); }

TEST_CASE("A recorded MobileNetV2 gives the bits of inference, and the same gradients on any number of threads and checkpointed") {
  check_recorded<MobileNetV2>(small);
}
