// SPDX-License-Identifier: MIT
#include <vpr/adapter/bottleneck.hpp>
#include <vpr/adapter/mul_conv.hpp>
#include <vpr/backbone/any.hpp>
#include <vpr/backbone/dinov2.hpp>
#include <vpr/backbone/resnet.hpp>
#include <vpr/backbone/tapped.hpp>
#include <vpr/layer/initialise.hpp>
#include <vpr/layer/normed_convolution.hpp>

#include "tests/archetypes/backbone.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

#include <array>
#include <set>
#include <string>

using namespace vpr;
using X = Tensor<Cpu<>>;

namespace {

const VitConfig tiny{.channels = 24, .depth = 3, .heads = 3, .trained_side = 56};

template <template <class> class Adapter = NoAdapter>
DinoV2<VitConfig, Adapter> network(const VitConfig& config = tiny) {
  DinoV2<VitConfig, Adapter> made(config);
  initialise(made, 3, 0.3F);
  return made;
}

X images() { return X::from(Shape{2, 3, 28, 42}, std::span<const float>(random_floats(2 * 3 * 28 * 42, 1))); }

template <class Component>
std::set<std::string> names_of(const Component& component) {
  std::set<std::string> names;
  visit_const(component, [&](const std::string& name, const auto&) { names.insert(name); });
  return names;
}

}  // namespace

static_assert(PartedBackbone<AnyBackbone<>> && PartedBackbone<DinoV2<>> && PartedBackbone<Tapped<DinoV2<>>>);
static_assert(!PartedBackbone<Pixels<>>);

TEST_CASE("A backbone chosen at run time gives the bits of the one it holds, at each of its places") {
  const auto held = network();
  const AnyBackbone<> any(held);
  CHECK(any.channels() == 24);
  CHECK(any.multiple() == 14);
  CHECK(any.depth() == 3);
  CHECK(any.grid(28, 42) == Grid{2, 3});
  CHECK(any.channels(Tap{1}) == 24);
  CHECK(any.grid(28, 42, Tap{1}) == Grid{2, 3});
  CHECK(any(images()).patches.to_vector() == held(images()).patches.to_vector());
  const std::array taps{Tap{1, Facet::key}, Tap{}, Tap{0}};
  const auto ours = any.at(images(), taps), theirs = held.at(images(), taps);
  for (std::size_t i = 0; i < taps.size(); ++i) {
    CHECK(ours[i].patches.to_vector() == theirs[i].patches.to_vector());
    CHECK(ours[i].cls.to_vector() == theirs[i].cls.to_vector());
  }
  CHECK(names_of(any) == names_of(held));
  CHECK(names_of(AnyBackbone<Shapes>(DinoV2<VitConfig, NoAdapter, Shapes>(tiny))) == names_of(held));
}

TEST_CASE("Parameters are told by the part they are of, and those of adapters from the network's own") {
  const AnyBackbone<> adapted(network<SelaAdapters>());
  CHECK(adapted.part_of("patch_embed.proj.weight") == -1);
  CHECK(adapted.part_of("cls_token") == -1);
  CHECK(adapted.part_of("blocks.2.mlp.fc1.weight") == 2);
  CHECK(adapted.part_of("norm.bias") == 3);
  CHECK(adapted.plain_names() == names_of(network()));
  CHECK(adapted.starts_at_zero("blocks.0.adapter1.D_fc2.weight"));
  CHECK_FALSE(adapted.starts_at_zero("blocks.0.adapter1.D_fc1.weight"));
  CHECK_FALSE(AnyBackbone<>(network()).starts_at_zero("blocks.0.adapter1.D_fc2.weight"));
}

TEST_CASE("A backbone that is no sequence of parts is held, too, and refuses to be tapped") {
  const AnyBackbone<> any = Pixels<>();
  const X planes = X::from(Shape{1, 3, 16, 24}, std::span<const float>(random_floats(3 * 16 * 24, 2)));
  CHECK(any(planes).patches.to_vector() == Pixels<>()(planes).patches.to_vector());
  CHECK(any.depth() == 0);
  CHECK(names_of(any).empty());
  CHECK_THROWS_WITH(any(planes, Tap{0}), ContainsSubstring("gives features at its end only"));
  CHECK_THROWS_WITH(any.before(planes, 1), ContainsSubstring("gives features at its end only"));
  CHECK(any.channels() == Pixels<>().channels());
  CHECK_THROWS_WITH(any.channels(Tap{0}), ContainsSubstring("gives features at its end only"));
  CHECK_THROWS_WITH(any.grid(16, 24, Tap{0}), ContainsSubstring("gives features at its end only"));
}

TEST_CASE("Whether there is a class token is asked of the backbone, and taken for granted of one that does not say") {
  CHECK(AnyBackbone<>(Pixels<>()).has_class_token());
  CHECK(AnyBackbone<>(Tapped(DinoV2<>(VitConfig{.channels = 24, .depth = 1, .heads = 2}), Tap{0})).has_class_token());
  const ResNet<> network(ResNetConfig{.blocks = {1, 1, 1, 1}, .bottleneck = false, .width = 4});
  CHECK_FALSE(AnyBackbone<>(network).has_class_token());
  CHECK_FALSE(AnyBackbone<>(Tapped(network, Tap{1})).has_class_token());
  CHECK_FALSE(AnyBackbone<>(Tapped(AnyBackbone<>(network), Tap{1})).has_class_token());
}

TEST_CASE("A cut network gives what its last block gives of the whole, and has the parameters of the blocks that are left") {
  const auto whole = network();
  const auto cut = network(tiny.first(2));  // the seed gives the same values up to the cut
  CHECK(cut.depth() == 2);
  CHECK(cut(images()).patches.to_vector() == whole(images(), Tap{1}).patches.to_vector());
  CHECK(cut(images()).cls.to_vector() == whole(images(), Tap{1}).cls.to_vector());
  CHECK(names_of(cut).contains("blocks.1.mlp.fc2.bias"));
  CHECK_FALSE(names_of(cut).contains("blocks.2.mlp.fc2.bias"));
  CHECK_FALSE(names_of(cut).contains("norm.weight"));
  CHECK_THROWS_WITH(tiny.first(4), ContainsSubstring("got the first 4 blocks, it has 3"));
}

TEST_CASE("Batch normalisations are folded in a backbone whose type is hidden as in one whose type is known") {
  auto held = network<MulConvAdapter>({.channels = 32, .depth = 2, .heads = 2, .trained_side = 56});
  AnyBackbone<> any(held), plain(held);
  fold_batch_norm(held);
  fold_batch_norm(any);
  CHECK(any(images()).patches.to_vector() == held(images()).patches.to_vector());
  CHECK(any(images()).patches.to_vector() != plain(images()).patches.to_vector());
}
