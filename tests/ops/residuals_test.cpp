// SPDX-License-Identifier: MIT
#include <vpr/ops/residuals.hpp>

#include "tests/ops/ops_test.hpp"

using namespace vpr;

TEST_CASE("one_hot marks the first of the largest") {
  CHECK(one_hot(tensor({3, 3}, {1, 3, 2, 5, 5, 1, -1, -2, -1})).values() == Values{0, 1, 0, 1, 0, 0, 1, 0, 0});
  CHECK(one_hot(shaped({0, 3})).shape() == Shape{0, 3});
  CHECK_THROWS_WITH(one_hot(shaped({2, 0})), "one_hot: got x [2, 0], want a column at least");
}

TEST_CASE("residual_sums adds up shares of the differences from the centres") {
  const X tokens = tensor({1, 2, 2}, {1, 2, 3, 4}), shares = tensor({1, 2, 2}, {1, 0, 0.5F, 0.5F}),
          centres = tensor({2, 2}, {0, 0, 10, 10});
  const X y = residual_sums(tokens, shares, centres);
  CHECK(y.shape() == Shape{1, 2, 2});
  CHECK(y.values() == Values{2.5F, 4, -3.5F, -3});
}

TEST_CASE("A cluster without tokens has no residual") {
  CHECK(residual_sums(shaped({1, 0, 2}), shaped({1, 0, 3}), X::full({3, 2}, 5)).values() == Values(6, 0));
  CHECK(residual_sums(tensor({1, 1, 1}, {1}), tensor({1, 1, 2}, {1, 0}), tensor({2, 1}, {0, 1e30F})).values() == Values{1, 0});
}

TEST_CASE("residual_sums refuses extents that do not fit") {
  CHECK_THROWS_WITH(residual_sums(shaped({1, 2, 3}), shaped({1, 2, 4}), shaped({4, 2})),
                    "residual_sums: got tokens [1, 2, 3], assignment [1, 2, 4] and centres [4, 2]");
  CHECK_THROWS_AS(residual_sums(shaped({1, 2, 3}), shaped({1, 2, 5}), shaped({4, 3})), ShapeError);
  CHECK_THROWS_AS(residual_sums(shaped({1, 2, 3}), shaped({1, 3, 4}), shaped({4, 3})), ShapeError);
}
