// SPDX-License-Identifier: MIT
#include <vpr/aggregator/gem.hpp>
#include <vpr/aggregator/simple.hpp>
#include <vpr/backbone/mobile_net.hpp>
#include <vpr/backbone/multi_level.hpp>

#include "tests/backbone/staged.hpp"

#include <array>
#include <vector>

using namespace vpr;
using namespace vpr::test;

namespace {

const MobileNetV2Config small{.blocks = {1, 1, 1, 1, 1, 1, 1, 1}, .widths = {3, 4, 5, 6, 6, 7, 8, 9}, .width = 4, .expansion = 2};

MultiLevel<MobileNetV2<>> levels_of(std::vector<Tap> taps) { return {network_of<MobileNetV2>(small), std::move(taps)}; }

bool equal(const Features<X>& one, const Features<X>& other) {
  return one.grid == other.grid && one.patches.to_vector() == other.patches.to_vector();
}

/// Checks that the tokens of two levels have unit length.
struct Lengths {
  using backend = Cpu<>;
  using X = test::X;

  std::int64_t dimensions(std::int64_t) const { return 1; }
  X operator()(const Features<X>& features) const {
    REQUIRE(features.levels.size() == 1);
    for (const Features<X>& one : {features, features.levels[0]}) {
      for (std::int64_t i = 0; i < one.patches.shape()[1]; ++i)
        CHECK(row_length(one.patches.to_vector(), one.patches.shape()[2], i) == Approx(1));
    }
    return X(Shape{2, 1});
  }
  template <class Visitor>
  void visit(Visitor&&, const std::string&) {}
};

}  // namespace

static_assert(PartedBackbone<MultiLevel<MobileNetV2<>>>);

TEST_CASE("A backbone of several levels gives the network's features at the last, and with them those at the others") {
  const auto levels = levels_of({{2}, {4}, {6}});
  const auto network = network_of<MobileNetV2>(small);
  for (const Features<X>& features : {levels(images()), AnyBackbone<>(levels)(images())}) {
    CHECK(equal(features, network(images(), Tap{6})));
    REQUIRE(features.levels.size() == 2);
    CHECK(equal(features.levels[0], network(images(), Tap{2})));
    CHECK(equal(features.levels[1], network(images(), Tap{4})));
  }
  CHECK(levels.channels() == 8);
  CHECK(levels.level_channels() == std::vector<std::int64_t>{5, 6, 8});
  CHECK(levels.grid(64, 96) == Grid{2, 3});
  CHECK(levels.grid(64, 96, {2}) == Grid{8, 12});
  CHECK_FALSE(levels.has_class_token());
}

TEST_CASE("At a tap, a backbone of several levels gives what its network gives there, alone") {
  const auto levels = levels_of({{1}, {3}});
  const std::array taps{Tap{5}, Tap{}, Tap{1}};
  const auto all = levels.at(images(), taps);
  CHECK(equal(all[0], levels.network(images(), Tap{5})));
  CHECK(all[0].levels.empty());
  CHECK(equal(all[1], levels.network(images(), Tap{3})));
  CHECK(all[1].levels.size() == 1);
  CHECK(equal(all[2], levels.network(images(), Tap{1})));
  CHECK(all[2].levels.empty());
  CHECK(levels_of({{4}})(images()).levels.empty());
}

TEST_CASE("Tokens of every level are brought to unit length") {
  const L2Tokens<Lengths> aggregator;
  aggregator(levels_of({{1}, {3}})(images(33, 40)));
}

TEST_CASE("Levels that a network does not have are refused") {
  CHECK_THROWS_WITH(levels_of({}), ContainsSubstring("got no level"));
  CHECK_THROWS_WITH(levels_of({{2}, {2}}),
                    ContainsSubstring("got a level at part 2 after one at 2, want levels at rising parts of the network's 8"));
  CHECK_THROWS_WITH(levels_of({{2}, {8}}), ContainsSubstring("got a level at part 8 after one at 2"));
  CHECK_THROWS_WITH(levels_of({{}}), ContainsSubstring("got a level at part -1"));
  const auto levels = levels_of({{2}, {4}});
  CHECK_THROWS_WITH(levels.continued(levels.before(images(), 3), images().shape(), 3), ContainsSubstring("lacks earlier levels"));
}
