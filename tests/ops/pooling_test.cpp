// SPDX-License-Identifier: MIT
#include <vpr/ops/pooling.hpp>

#include "tests/ops/ops_test.hpp"

using namespace vpr;

TEST_CASE("mean averages the tokens of each image") {
  CHECK(mean(tensor({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8})).values() == Values{2, 3, 6, 7});
}

TEST_CASE("gem with power 1 is the mean of the clamped, with a large one nearly the largest") {
  const X x = tensor({1, 2, 2}, {-1, 3, 1, 5});
  CHECK(largest_difference(gem(x, X::full({1}, 1), 0.5F).values(), Values{0.75F, 4}) < 1e-6F);
  CHECK(largest_difference(gem(x, X::full({1}, 200), 0.5F).values(), Values{1 * std::pow(0.5F, 0.005F), 5 * std::pow(0.5F, 0.005F)}) <
        1e-5F);
}

TEST_CASE("gem of power 3, by hand") {
  CHECK(gem(tensor({1, 2, 1}, {1, 2}), X::full({1}, 3), 1e-6F).values()[0] == Approx(std::cbrt(4.5)));
}

TEST_CASE("Pooling no image gives none") {
  CHECK(mean(shaped({0, 2, 3})).shape() == Shape{0, 3});
  CHECK(gem(shaped({2, 1, 0}), X::full({1}, 3), 1e-6F).shape() == Shape{2, 0});
}

TEST_CASE("Pooling refuses what has no tokens") {
  CHECK_THROWS_AS(mean(shaped({2, 0, 3})), ShapeError);
  CHECK_THROWS_WITH(mean(shaped({2, 3})), "mean: got x [2, 3], want [batch, tokens, channels] with a token at least");
  CHECK_THROWS_WITH(gem(shaped({2, 0, 3}), shaped({1}), 1e-6F), ContainsSubstring("gem: got x [2, 0, 3]"));
  CHECK_THROWS_WITH(gem(shaped({2, 1, 3}), shaped({3}), 1e-6F), "gem: got p [3], want one element");
  CHECK_THROWS_AS(gem(shaped({2, 1, 3}), shaped({1}), 0), ConfigError);
  CHECK_THROWS_WITH(gem(shaped({2, 1, 3}), shaped({1}), -1), "gem: got eps -1, want it above 0");
}
