// SPDX-License-Identifier: MIT
#include <vpr/aggregator/projected.hpp>
#include <vpr/aggregator/simple.hpp>

#include "tests/support/component.hpp"

using namespace vpr;
using namespace vpr::test;

TEST_CASE("A projected descriptor is the other's through the matrix, with the bias, at unit length") {
  Projected projected(Mean<>(), 2, 3);
  set(projected, "WPCA.0.weight", {1, 0, 0, 10, 0, 0});
  set(projected, "WPCA.0.bias", {0, 0, 6});
  // the mean (3, 4) at unit length is (0.6, 0.8): (0.6, 8, 6)
  const std::vector<float> d = projected({X(), tensor(Shape{1, 2, 2}, {2, 4, 4, 4}), {1, 2}}).to_vector();
  const double length = std::sqrt(0.36 + 64 + 36);
  CHECK(d[0] == Approx(0.6 / length));
  CHECK(d[1] == Approx(8 / length));
  CHECK(d[2] == Approx(6 / length));
  CHECK(projected.dimensions(2) == 3);
}

TEST_CASE("A projection's names are Patch-NetVLAD's, or those that are given") {
  CHECK(parameters(Projected(Mean<>(), 2, 3)) == std::vector<std::string>{"WPCA.0.weight [3, 2, 1, 1]", "WPCA.0.bias [3]"});
  CHECK(parameters(Projected(Mean<>(), 2, 3, {"", "whiten.", false})) ==
        std::vector<std::string>{"whiten.weight [3, 2]", "whiten.bias [3]"});
}

TEST_CASE("A projected descriptor has the same bits alone, in a batch and on any threads") {
  Projected projected(Mean<>(), 6, 4);
  randomise(projected, 1);
  const std::vector<float> d = same_alone_and_in_batches(projected, random_features(3, 6, {2, 3}, 2));
  CHECK(row_length(d, 4, 2) == Approx(1).epsilon(1e-6));
}
