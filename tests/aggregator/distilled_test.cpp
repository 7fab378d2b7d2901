// SPDX-License-Identifier: MIT
#include <vpr/aggregator/distilled.hpp>

#include "tests/support/component.hpp"

using namespace vpr;
using namespace vpr::test;

TEST_CASE("Each of the two tokens goes through its own map; the sum is of unit length") {
  DistilledTokens<> heads(2, 2);
  set(heads, "head.weight", {1, 0, 0, 1});
  set(heads, "head_dist.weight", {0, 1, 0, 0});
  set(heads, "head_dist.bias", {0, 3});
  const std::vector<float> d = heads({tensor(Shape{1, 4}, {1, 1, 9, 2}), X(), {}}).to_vector();  // (1, 1) and (2, 3)
  CHECK(d[0] == Approx(0.6));
  CHECK(d[1] == Approx(0.8));
}

TEST_CASE("DistilledTokens has a distilled DeiT's heads, and refuses features of one class token") {
  CHECK(parameters(DistilledTokens<>(4, 3)) ==
        std::vector<std::string>{"head.weight [3, 4]", "head.bias [3]", "head_dist.weight [3, 4]", "head_dist.bias [3]"});
  DistilledTokens<> heads(4, 3);
  randomise(heads, 1);
  Features<X> features = random_features(3, 8, {1, 2}, 2);
  same_alone_and_in_batches(heads, features);
  CHECK(heads.dimensions(9) == 3);
  CHECK_THROWS_WITH(heads(random_features(1, 4, {1, 2}, 1)), ContainsSubstring("got class tokens [1, 4], want two of 4 channels"));
}
