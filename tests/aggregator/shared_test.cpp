// SPDX-License-Identifier: MIT
#include <vpr/aggregator/gem.hpp>
#include <vpr/aggregator/shared.hpp>

#include "tests/support/component.hpp"

using namespace vpr;
using namespace vpr::test;

TEST_CASE("A shared aggregator is the one that it holds, and copies share its parameters") {
  Shared shared{GeM<>()};
  const Shared copy = shared;
  const Features<X> features = random_features(2, 6, {2, 3}, 1);
  CHECK(shared(features).to_vector() == GeM<>()(features).to_vector());
  CHECK(shared.dimensions(6) == 6);
  const std::vector<float> before = copy(features).to_vector();
  set(shared, "p", {2});
  CHECK(copy(features).to_vector() == shared(features).to_vector());
  CHECK(copy(features).to_vector() != before);
}
