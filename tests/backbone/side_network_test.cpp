// SPDX-License-Identifier: MIT
#include <vpr/adapter/side.hpp>
#include <vpr/autograd.hpp>
#include <vpr/backbone/side_network.hpp>
#include <vpr/train/parameters.hpp>

#include "tests/autograd/component_gradients.hpp"
#include "tests/support/component.hpp"

using namespace vpr;
using namespace vpr::test;

namespace {

const VitConfig tiny{.channels = 32, .depth = 3, .heads = 2, .trained_side = 70};

template <class B = Cpu<>>
using LowRank = SideNetwork<adapter::LowRankSide, VitConfig, B>;
template <class B = Cpu<>>
using MulConv = SideNetwork<adapter::MulConvSide, VitConfig, B>;

/// The side networks alone.
template <class Network>
struct Sides {
  Network& of;

  template <class Visitor>
  void visit(const Visitor& visitor, const std::string& prefix) {
    of.visit(
        [&](const std::string& name, auto& parameter) {
          if (name.starts_with("adapters")) visitor(name, parameter);
        },
        prefix);
  }
};

X images() { return random_tensor_f32(Shape{2, 3, 28, 42}, 3); }

}  // namespace

TEST_CASE("A side network starts with what its first block gets; adapters that are zero pass it on") {
  for (const std::int64_t first : {0, 1, 2}) {
    MulConv<> model(tiny, {.names = {"adapters"}, .first = first});
    randomise(model.network, 1);
    const DinoV2<>& network = model.network;
    // The normalisation of what the first block gets, as if it were the network's end.
    const Features<X> expected = network.continued(network.before(images(), first), images().shape(), 3);
    CHECK(model(images()).patches.to_vector() == expected.patches.to_vector());
    CHECK(model(images()).cls.to_vector() == expected.cls.to_vector());
    CHECK(model.adapters(0).size() == static_cast<std::size_t>(3 - first));
  }
}

TEST_CASE("The network does not see its side networks: at a block it gives its own features") {
  LowRank<> model(tiny);
  randomise(model, 1);
  const DinoV2<>& network = model.network;
  for (const Tap tap : {Tap{0}, Tap{1, Facet::value}, Tap{2}})
    CHECK(model(images(), tap).patches.to_vector() == network(images(), tap).patches.to_vector());
  CHECK(largest_difference(model(images()).patches.to_vector(), network(images()).patches.to_vector()) > 1e-2F);
  CHECK_THROWS_AS(model(images(), Tap{3}), ConfigError);
}

TEST_CASE("The features of two side networks stand side by side, each as it would be by itself") {
  MulConv<> two(tiny, {.names = {"adapters", "adapters_hashing"}, .first = 1});
  randomise(two, 1);
  CHECK(two.channels() == 64);
  CHECK(two.channels(Tap{0}) == 32);
  const Features<X> both = two(images());
  CHECK(both.patches.shape() == Shape{2, 6, 64});
  CHECK(both.cls.shape() == Shape{2, 64});
  for (const std::int64_t side : {0, 1}) {
    MulConv<> one(tiny, {.names = {"adapters"}, .first = 1});
    one.network = two.network;
    one.adapters(0) = two.adapters(static_cast<std::size_t>(side));
    CHECK(slice(both.patches, 2, 32 * side, 32 * side + 32).to_vector() == one(images()).patches.to_vector());
    CHECK(slice(both.cls, 1, 32 * side, 32 * side + 32).to_vector() == one(images()).cls.to_vector());
  }
}

TEST_CASE("A side network is refused that is none, or that begins beside no block") {
  CHECK_THROWS_WITH(LowRank<>(tiny, {.names = {}}), ContainsSubstring("side network: got 0 of them from block 0 on"));
  CHECK_THROWS_AS(LowRank<>(tiny, {.first = 3}), ConfigError);
  LowRank<> model(tiny, {.first = 1});
  CHECK_THROWS_WITH(model.through_part(model.before(images(), 1), images().shape(), 2), ContainsSubstring("side network: got tokens"));
}

TEST_CASE("A side network's adapters are parts of their blocks, and named as checkpoints have them") {
  const LowRank<> model(tiny, {.names = {"adapters", "adapters_hashing"}, .first = 1});
  CHECK(model.part_of("adapters.0.D_fc1.weight") == 1);
  CHECK(model.part_of("adapters_hashing.1.D_fc2.bias") == 2);
  CHECK(model.part_of("blocks.2.norm1.weight") == 2);
  CHECK(model.starts_at_zero("adapters.1.D_fc2.weight"));
  CHECK_THAT(model.settings(), ContainsSubstring("2 side networks from block 1 on"));
}

TEST_CASE("A training of side networks records nothing of the frozen network, and their gradients agree with central differences") {
  VitConfig config = tiny;
  config.depth = 2;
  SideNetwork<adapter::MulConvSide, VitConfig, Training> model(config, {.names = {"adapters", "adapters_hashing"}, .first = 1});
  std::uint64_t seed = 50;
  model.visit(
      [&](const std::string& name, V& parameter) {
        if (name.ends_with("running_var")) return;
        std::vector<float> values = random_floats(parameter.shape().elements(), ++seed);
        for (float& value : values) value *= 0.3F;
        parameter.assign(std::span<const float>(values));
        parameter.set_needs_gradient(name.starts_with("adapters") && !name.ends_with("running_mean"));
      },
      "");
  const V photo = constant(Shape{2, 3, 28, 28}, 3);
  CHECK_FALSE(model.network(photo).patches.needs_gradient());
  Sides<decltype(model)> sides{model};
  check_parameter_gradients(sides, [&](const auto&) { return model(photo).patches; });
}
