// SPDX-License-Identifier: MIT
#include <vpr/aggregator/cos_place.hpp>

#include "tests/support/component.hpp"

using namespace vpr;
using namespace vpr::test;

TEST_CASE("CosPlace maps the generalised mean of patches of unit length, which is not of unit length itself") {
  CosPlace<> head({.channels = 2, .outputs = 2, .gem = {.p = 1}});
  const Features<X> features{X(), tensor(Shape{1, 2, 2}, {30, 40, 0, 5}), {1, 2}};
  const std::vector<float> pooled = head.pooled(features).to_vector();  // of (0.6, 0.8) and (0, 1)
  CHECK(pooled[0] == Approx(0.3));
  CHECK(pooled[1] == Approx(0.9));
  set(head, "fc.weight", {1, 0, 0, 1});
  set(head, "fc.bias", {2.7F, 3.1F});
  const std::vector<float> d = head(features).to_vector();
  CHECK(d[0] == Approx(0.6));
  CHECK(d[1] == Approx(0.8));
}

TEST_CASE("CosPlace's descriptors are D long, of unit length, and have the same bits alone, in a batch and on any threads") {
  CosPlace<> head({.channels = 6, .outputs = 5});
  randomise(head, 1);
  CHECK(head.dimensions(6) == 5);
  const std::vector<float> d = same_alone_and_in_batches(head, random_features(3, 6, {3, 5}, 2));
  REQUIRE(d.size() == 15);
  for (const std::int64_t image : {0, 1, 2}) CHECK(row_length(d, 5, image) == Approx(1).epsilon(1e-6));
}

TEST_CASE("CosPlace's parameters are OpenVPRLab's, or the authors' numbers") {
  CHECK(parameters(CosPlace<>({.channels = 6, .outputs = 4})) == std::vector<std::string>{"gem.p [1]", "fc.weight [4, 6]", "fc.bias [4]"});
  CHECK(parameters(CosPlace<>({.channels = 6, .outputs = 4}, CosPlaceNames::numbered())) ==
        std::vector<std::string>{"1.p [1]", "3.weight [4, 6]", "3.bias [4]"});
}

TEST_CASE("CosPlace refuses features of other channels and sizes that mean nothing") {
  CHECK_THROWS_AS(CosPlace<>({.channels = 6, .outputs = 4})(random_features(1, 5, {2, 3}, 1)), ShapeError);
  CHECK_THROWS_WITH(CosPlace<>({.outputs = 0}), ContainsSubstring("CosPlace: got 2048 channels, 0 outputs"));
  CHECK_THROWS_AS(CosPlace<>({.gem = {.p = 0}}), ConfigError);
}
