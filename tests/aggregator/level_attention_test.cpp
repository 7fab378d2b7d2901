// SPDX-License-Identifier: MIT
#include <vpr/aggregator/level_attention.hpp>

#include "tests/support/component.hpp"

using namespace vpr;
using namespace vpr::test;

TEST_CASE("Each level's mask weighs that level's channels alone, and sums to 1 over the tokens") {
  LevelAttention<> pool(2, 2);
  set(pool, "attention_pool.weight", {0, 0, 0, 0, 5, 0, 0, 0});  // level 0: equal shares; level 1: by the first channel
  const Features<X> features{X(), tensor(Shape{1, 2, 5}, {1, 2, 3, 4, 9, -1, 4, 5, 6, 9}), {1, 2}};  // the last channel is not a level's
  const X masks = pool.attention(features);
  const double first = 1 / (1 + std::exp(-10.0));
  CHECK(masks.shape() == Shape{1, 2, 2});
  CHECK(masks.data()[0] == Approx(0.5));
  CHECK(masks.data()[2] == Approx(first));
  const std::vector<float> pooled = pool.pooled(features, masks).to_vector();
  const std::vector<double> expected{0, 3, 5 - 2 * first, 6 - 2 * first};
  REQUIRE(pooled.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) CHECK(pooled[i] == Approx(expected[i]).margin(1e-6));
}

TEST_CASE("LevelAttention gives descriptors of unit length, the same alone and in batches, whatever the order of the tokens") {
  LevelAttention<> pool(4, 3);
  randomise(pool, 1);
  const Features<X> features = random_features(2, 16, {3, 4}, 2);
  const std::vector<float> d = same_alone_and_in_batches(pool, features);
  for (const std::int64_t image : {0, 1}) CHECK(row_length(d, 4, image) == Approx(1).epsilon(1e-6));
  CHECK(largest_difference(d, pool(reordered(features, {3, 1, 2, 0, 11, 10, 9, 8, 4, 5, 6, 7})).to_vector()) < 1e-6F);
}

TEST_CASE("LevelAttention's parameters are the authors'; what does not fit is refused") {
  CHECK(parameters(LevelAttention<>(4, 3)) ==
        std::vector<std::string>{"fc.1.weight [4, 12]", "fc.1.bias [4]", "attention_pool.weight [3, 12]", "attention_pool.bias [3]"});
  CHECK(LevelAttention<>(4, 3).dimensions(16) == 4);
  CHECK_THROWS_AS(LevelAttention<>(4, 3)(random_features(1, 11, {2, 2}, 1)), ShapeError);
  CHECK_THROWS_WITH(LevelAttention<>(4, 0), ContainsSubstring("got 0 levels of 4 channels"));
}
