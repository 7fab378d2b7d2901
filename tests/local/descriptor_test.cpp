// SPDX-License-Identifier: MIT
#include <vpr/aggregator/gem.hpp>
#include <vpr/local/descriptor.hpp>

#include "tests/support/component.hpp"

using namespace vpr;
using namespace vpr::test;

static_assert(LocalHead<DescriptorHead<GeM<>>>);

TEST_CASE("A descriptor is the only local feature of its photo, on a grid of one place") {
  const DescriptorHead head{GeM<>()};
  const Features<X> features = random_features(2, 6, {3, 4}, 1);
  const LocalTokens<X> tokens = head(features);
  CHECK(tokens.grid == Grid{1, 1});
  CHECK(tokens.tokens.shape() == Shape{2, 1, 6});
  CHECK(tokens.tokens.to_vector() == GeM<>()(features).to_vector());
  CHECK(head.channels(6) == 6);
  CHECK(parameters(head) == std::vector<std::string>{"p [1]"});
  CHECK(to_host(tokens).at(1).size() == 1);
}
