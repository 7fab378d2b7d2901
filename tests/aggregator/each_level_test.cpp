// SPDX-License-Identifier: MIT
#include <vpr/aggregator/each_level.hpp>
#include <vpr/aggregator/gem.hpp>
#include <vpr/aggregator/simple.hpp>

#include "tests/support/component.hpp"

#include <cmath>
#include <vector>

using namespace vpr;
using namespace vpr::test;

namespace {

/// Features of two levels, of other channels and another grid each.
Features<X> of_two_levels() {
  Features<X> features = random_features(2, 3, {1, 2}, 1);
  features.levels.push_back(random_features(2, 5, {2, 4}, 2));
  return features;
}

}  // namespace

TEST_CASE("Each level has an aggregator of its own, and counts the same in the descriptor, which has unit length") {
  const EachLevel<GeM<>> pool({GeM<>({.p = 2}), GeM<>({.p = 4})}, {5, 3});
  const Features<X> features = of_two_levels();
  CHECK(pool.dimensions(3) == 8);
  const std::vector<float> first = GeM<>({.p = 2})(features.levels[0]).to_vector(), second = GeM<>({.p = 4})(features).to_vector();
  const std::vector<float> all = pool(features).to_vector();
  REQUIRE(all.size() == 16);
  for (std::size_t image = 0; image < 2; ++image) {
    for (std::size_t i = 0; i < 5; ++i) CHECK(all[8 * image + i] == Approx(first[5 * image + i] / std::sqrt(2.0F)));
    for (std::size_t i = 0; i < 3; ++i) CHECK(all[8 * image + 5 + i] == Approx(second[3 * image + i] / std::sqrt(2.0F)));
  }
}

TEST_CASE("An aggregator of levels has the parameters of each under its number, and what each needs") {
  CHECK(parameters(EachLevel<GeM<>>({GeM<>(), GeM<>()}, {5, 3})) == std::vector<std::string>{"0.p [1]", "1.p [1]"});
  CHECK_FALSE(needs_class_token(EachLevel<GeM<>>({GeM<>()}, {5})));
  CHECK(needs_class_token(EachLevel<ClassToken<>>({ClassToken<>()}, {5})));
}

TEST_CASE("Features of another number of levels, and lists that do not fit, are refused") {
  const EachLevel<Mean<>> pool({Mean<>(), Mean<>(), Mean<>()}, {5, 3, 4});
  CHECK_THROWS_WITH(pool(of_two_levels()), ContainsSubstring("EachLevel: got features of 2 levels, want 3: see MultiLevel"));
  CHECK_THROWS_WITH(EachLevel<Mean<>>({}, {}), ContainsSubstring("got 0 aggregators for 0 levels"));
  CHECK_THROWS_WITH(EachLevel<Mean<>>({Mean<>()}, {5, 3}), ContainsSubstring("got 1 aggregators for 2 levels"));
}
