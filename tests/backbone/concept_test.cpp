// SPDX-License-Identifier: MIT
// What every backbone of parts promises, whatever it is made of.
#include <vpr/adapter/side.hpp>
#include <vpr/backbone/any.hpp>
#include <vpr/backbone/concept.hpp>
#include <vpr/backbone/convnext.hpp>
#include <vpr/backbone/dinov2.hpp>
#include <vpr/backbone/mobile_net.hpp>
#include <vpr/backbone/resnet.hpp>
#include <vpr/backbone/token_insertion.hpp>
#include <vpr/backbone/vgg.hpp>

#include "tests/support/component.hpp"

#include <set>
#include <string>
#include <vector>

using namespace vpr;
using namespace vpr::test;

namespace {

std::vector<float> values(const Features<X>& features) {
  std::vector<float> all = features.patches.to_vector();
  for (const X& part : {features.cls, features.inserted}) {
    const std::vector<float> more = part.to_vector();
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

template <PartedBackbone N>
void check_parts(const N& network, std::int64_t height, std::int64_t width, const std::set<std::string>& added) {
  const X images = random_tensor_f32(Shape{2, 3, height, width}, 7);
  const std::vector<float> end = values(network(images));
  for (std::int64_t part = 0; part <= network.depth(); ++part) {
    INFO("part " << part);
    CHECK(values(network.continued(network.before(images, part), images.shape(), part)) == end);
    if (part == network.depth()) break;
    const X through = network.through_part(network.before(images, part), images.shape(), part);
    CHECK(through.to_vector() == network.before(images, part + 1).to_vector());
  }

  std::vector<Tap> taps{Tap{}};
  for (std::int64_t part = network.depth() - 1; part >= 0; --part) taps.push_back(Tap{part});
  const std::vector<Features<X>> together = network.at(images, taps);
  for (std::size_t i = 0; i < taps.size(); ++i) {
    INFO("tap " << taps[i].block);
    CHECK(values(together[i]) == values(network(images, taps[i])));
    CHECK(together[i].grid == network.grid(height, width, taps[i]));
    CHECK(together[i].patches.shape() == Shape{2, together[i].grid.patches(), network.channels(taps[i])});
  }
  CHECK(network.grid(height, width) == together[0].grid);
  CHECK(network.channels() == together[0].patches.shape()[2]);

  std::set<std::string> names;
  std::set<std::int64_t> parts;
  visit_const(network, [&](const std::string& name, const auto&) {
    names.insert(name);
    parts.insert(network.part_of(name));
  });
  std::set<std::string> all = network.plain_names();
  all.insert(added.begin(), added.end());
  CHECK(all == names);
  CHECK(all.size() == network.plain_names().size() + added.size());
  CHECK(*parts.begin() >= -1);
  CHECK(*parts.rbegin() <= network.depth());
  for (std::int64_t part = 0; part < network.depth(); ++part) CHECK(parts.contains(part));
  CHECK_FALSE(network.settings().empty());
}

/// The network, and the same where its type is hidden.
/// @param added  parameters that the published network does not have
template <class N>
void check(N network, std::int64_t height, std::int64_t width, const std::set<std::string>& added = {}) {
  randomise(network, 1, 0.3F);
  check_parts(network, height, width, added);
  check_parts(AnyBackbone<>(network), height, width, added);
}

}  // namespace

TEST_CASE("A vision transformer's parts make up the network") {
  check(DinoV2<>(VitConfig{.channels = 24, .depth = 3, .heads = 2, .registers = 2, .trained_side = 70}), 28, 42);
}

TEST_CASE("The parts of CLIP's visual tower and of a distilled transformer make up the network") {
  VitConfig config{.channels = 24, .depth = 2, .heads = 2, .mask_token = false, .patch_size = 16, .trained_side = 48, .layer_scale = false};
  check(DinoV2<>(config.clip(10)), 32, 64);
  check(DinoV2<>(config.clip(10).first(1)), 32, 64);
  check(DinoV2<>(config.distilled()), 48, 32);
}

TEST_CASE("The parts of a vision transformer make up the network with tokens put in before its first, a middle and its last block") {
  const VitConfig config{.channels = 24, .depth = 3, .heads = 2, .registers = 2, .trained_side = 70};
  for (const std::int64_t block : {0, 1, 2}) check(TokenInsertion(DinoV2<>(config), 3, block), 28, 42, {"learnable_aggregation_tokens"});
}

TEST_CASE("The parts of a vision transformer make up the network with side networks, from its first, a middle and its last block on") {
  const VitConfig config{.channels = 32, .depth = 3, .heads = 2, .registers = 2, .trained_side = 70};
  for (const std::int64_t first : {0, 1, 2}) {
    SideNetwork<adapter::LowRankSide, VitConfig> network(config, {.names = {"adapters", "adapters_hashing"}, .first = first});
    std::set<std::string> added;
    for (const std::string& name : parameters(network)) {
      if (name.starts_with("adapters")) added.insert(name.substr(0, name.find(' ')));
    }
    CHECK(added.size() == static_cast<std::size_t>(2 * 4 * (3 - first)));
    check(std::move(network), 28, 42, added);
  }
}

TEST_CASE("The parts of a transformer with rotary positions make up the network") {
  check(DinoV2<>(VitConfig{.channels = 24, .depth = 2, .heads = 2, .patch_size = 16, .trained_side = 48}.dinov3()), 32, 48);
}

TEST_CASE("A ResNet's parts make up the network") {
  check(ResNet<>(ResNetConfig{.blocks = {1, 2, 1, 1}, .bottleneck = false, .width = 6}), 45, 70);
  check(ResNet<>(ResNetConfig{.blocks = {2, 1, 1, 1}, .groups = 3, .group_width = 2, .width = 4}.first(3)), 64, 33);
}

TEST_CASE("A VGG's parts make up the network") {
  const VggConfig small{.convolutions = {1, 2, 1, 1, 2}, .width = 4};
  check(Vgg<>(small), 45, 70);
  check(Vgg<>({.convolutions = {1, 1, 1, 1, 1}, .width = 3, .last_pooled = true}), 64, 33);
  check(Vgg<>(small.first(3)), 45, 70);
}

TEST_CASE("A ConvNeXt's parts make up the network") {
  const ConvNextConfig small{.blocks = {1, 2, 1, 1}, .width = 4};
  check(ConvNext<>(small), 45, 70);
  check(ConvNext<>(small.first(3)), 64, 33);
}

TEST_CASE("A MobileNetV2's parts make up the network") {
  const MobileNetV2Config small{.blocks = {1, 2, 1, 2, 1, 1, 1, 1}, .widths = {3, 4, 5, 6, 6, 7, 8, 9}, .width = 4, .expansion = 2};
  check(MobileNetV2<>(small), 45, 70);
  check(MobileNetV2<>(small.first(5)), 64, 33);
}
