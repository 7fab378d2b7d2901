// SPDX-License-Identifier: MIT
#include <vpr/ops/gather.hpp>

#include "tests/ops/ops_test.hpp"

using Indices = std::vector<std::int64_t>;

TEST_CASE("Rows come in the order of the indices, as often as asked for") {
  const X x = tensor({3, 2}, {0, 1, 10, 11, 20, 21});
  CHECK(gather(x, Indices{2, 0, 2}).values() == Values{20, 21, 0, 1, 20, 21});
  CHECK(gather(x.reshaped({6}), Indices{5}).values() == Values{21});
  CHECK(gather(x.reshaped({3, 1, 2}), Indices{1}).shape() == Shape{1, 1, 2});
}

TEST_CASE("No index gives no row") {
  CHECK(gather(shaped({3, 2}), Indices{}).shape() == Shape{0, 2});
  CHECK(gather(shaped({0, 2}), Indices{}).shape() == Shape{0, 2});
  CHECK(gather(shaped({3, 0}), Indices{1, 1}).shape() == Shape{2, 0});
}

TEST_CASE("An index out of range is named") {
  CHECK_THROWS_WITH(gather(shaped({3, 2}), Indices{0, 3}), ContainsSubstring("gather: got index 3 of x [3, 2], want one in [0, 3)"));
  CHECK_THROWS_AS(gather(shaped({3, 2}), Indices{-1}), ShapeError);
  CHECK_THROWS_AS(gather(shaped({}), Indices{0}), ShapeError);
}
