// SPDX-License-Identifier: MIT
#include <vpr/aggregator/conv_ap.hpp>

#include "tests/support/component.hpp"

using namespace vpr;
using namespace vpr::test;

namespace {

/// The averages of a map of one channel, over the length of all of them.
std::vector<float> averages(const std::vector<float>& map, Grid grid, std::int64_t rows, std::int64_t columns) {
  ConvAp<> aggregator({.channels = 1, .out_channels = 1, .rows = rows, .columns = columns});
  set(aggregator, "channel_pool.weight", {1});
  return aggregator({X(), tensor(Shape{1, grid.patches(), 1}, map), grid}).to_vector();
}

}  // namespace

TEST_CASE("Conv-AP averages the cells of a map, row by row") {
  const std::vector<float> d = averages({1, 3, 0, 0, 0, 0, 5, 1}, {2, 4}, 2, 2);  // averages 2, 0, 0, 3
  CHECK(d[0] == Approx(2 / std::sqrt(13.0)));
  CHECK(d[1] == 0);
  CHECK(d[2] == 0);
  CHECK(d[3] == Approx(3 / std::sqrt(13.0)));
}

TEST_CASE("Where cells do not divide a side they share rows, as adaptive pooling has it, even of fewer rows than cells") {
  const std::vector<float> shared = averages({2, 4, 6}, {1, 3}, 1, 2);  // 3 and 5
  CHECK(shared[0] == Approx(3 / std::sqrt(34.0)));
  CHECK(shared[1] == Approx(5 / std::sqrt(34.0)));
  const std::vector<float> repeated = averages({3, 4}, {1, 2}, 1, 4);  // 3, 3, 4, 4
  CHECK(repeated[1] == Approx(3 / std::sqrt(50.0)));
  CHECK(repeated[2] == Approx(4 / std::sqrt(50.0)));
}

TEST_CASE("Conv-AP's descriptors are D long, channel by channel, of unit length, and have the same bits alone and in a batch") {
  ConvAp<> aggregator({.channels = 6, .out_channels = 4, .rows = 2, .columns = 3});
  randomise(aggregator, 1);
  CHECK(aggregator.dimensions(6) == 24);
  const std::vector<float> d = same_alone_and_in_batches(aggregator, random_features(3, 6, {4, 5}, 2));
  REQUIRE(d.size() == 72);
  for (const std::int64_t image : {0, 1, 2}) CHECK(row_length(d, 24, image) == Approx(1).epsilon(1e-6));
  CHECK(parameters(aggregator) == std::vector<std::string>{"channel_pool.weight [4, 6, 1, 1]", "channel_pool.bias [4]"});
}

TEST_CASE("Conv-AP refuses features of other channels and sizes that mean nothing") {
  CHECK_THROWS_AS(ConvAp<>({.channels = 6, .out_channels = 4})(random_features(1, 5, {2, 3}, 1)), ShapeError);
  CHECK_THROWS_WITH(ConvAp<>({.rows = 0}), ContainsSubstring("and 0x2 cells"));
}
