// SPDX-License-Identifier: MIT
#include <vpr/backbone/dinov2.hpp>
#include <vpr/backbone/tapped.hpp>
#include <vpr/layer/initialise.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

#include <array>
#include <vector>

using vpr::Facet;
using vpr::Shape;
using vpr::Tap;
using X = vpr::Tensor<vpr::Cpu<>>;

namespace {

const vpr::VitConfig tiny{.channels = 24, .depth = 3, .heads = 2, .registers = 2, .trained_side = 70};

vpr::DinoV2<> network() {
  vpr::DinoV2<> made(tiny);
  vpr::initialise(made, 1);
  return made;
}

X images() { return X::from(Shape{2, 3, 28, 42}, std::span<const float>(random_floats(2 * 3 * 28 * 42, 1))); }

}  // namespace

TEST_CASE("Features at several taps have the bits that each has alone") {
  const auto model = network();
  const std::array taps{Tap{1, Facet::value}, Tap{}, Tap{0, Facet::token}, Tap{2, Facet::key}, Tap{2, Facet::token}, Tap{0, Facet::query}};
  const auto together = model.at(images(), taps);
  for (std::size_t i = 0; i < taps.size(); ++i) {
    const auto alone = model(images(), taps[i]);
    CHECK(together[i].cls.to_vector() == alone.cls.to_vector());
    CHECK(together[i].patches.to_vector() == alone.patches.to_vector());
    CHECK(together[i].patches.shape() == Shape{2, 6, 24});
    CHECK(together[i].grid == vpr::Grid{2, 3});
  }
}

TEST_CASE("A network and one seen at a tap both give features at another tap beside their own") {
  const auto model = network();
  const vpr::Tapped tapped(model, Tap{1, Facet::value});
  const std::array<Tap, 2> taps{Tap{}, Tap{0}};
  const auto end = model.at(images(), taps), middle = tapped.at(images(), taps);
  CHECK(end[0].patches.to_vector() == model(images()).patches.to_vector());
  CHECK(middle[0].patches.to_vector() == tapped(images()).patches.to_vector());
  CHECK(end[1].patches.to_vector() == model(images(), {0}).patches.to_vector());
  CHECK(middle[1].patches.to_vector() == end[1].patches.to_vector());
}

TEST_CASE("A tap that is not there is refused, whichever it is") {
  const auto model = network();
  CHECK_THROWS_WITH(model.at(images(), std::array{Tap{}, Tap{3}}), ContainsSubstring("got block 3, want one in [0, 3)"));
  CHECK_THROWS_WITH(model(images(), Tap{-1, Facet::key}), ContainsSubstring("a facet is taken of a block"));
}
