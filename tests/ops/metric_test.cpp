// SPDX-License-Identifier: MIT
#include <vpr/ops/metric.hpp>

#include "tests/ops/ops_test.hpp"

#include <cmath>

TEST_CASE("The length of each row") {
  const X lengths = norms(tensor({2, 2, 2}, {3, 4, 0, 0, -5, 12, 1, 0}));
  CHECK(lengths.shape() == Shape{2, 2});
  CHECK(lengths.values() == Values{5, 0, 13, 1});
  CHECK(norms(tensor({2}, {3, 4})).shape() == Shape{});
  CHECK(norms(shaped({2, 0})).values() == Values{0, 0});
  CHECK_THROWS_WITH(norms(shaped({})), ContainsSubstring("norms: got x []"));
}

TEST_CASE("Distances of all rows from all others keep the digits of near neighbours") {
  const X d = distances(tensor({2, 2}, {0, 0, 1, 1}), tensor({3, 2}, {3, 4, 0, 0, 1, 1.0001F}));
  CHECK(d.shape() == Shape{2, 3});
  CHECK(d.values()[0] == 5);
  CHECK(d.values()[1] == 0);
  CHECK(d.values()[5] == 1.0001F - 1);
  CHECK(distances(shaped({0, 2}), shaped({3, 2})).shape() == Shape{0, 3});
  CHECK_THROWS_WITH(distances(shaped({2, 3}), shaped({2, 4})), ContainsSubstring("distances: got a [2, 3] and b [2, 4]"));
  CHECK_THROWS_AS(distances(shaped({1, 2, 3}), shaped({2, 3})), ShapeError);
}

TEST_CASE("The logarithm of a masked sum of exponentials") {
  const X x = tensor({3, 2}, {0, 0, 1000, 999, 5, 7}), mask = tensor({3, 2}, {1, 1, 1, 1, 0, 1});
  const Values plain = log_sum_exp(x, mask).values(), with_zero = log_sum_exp(x, mask, true).values();
  CHECK(plain[0] == Approx(std::log(2)));
  CHECK(with_zero[0] == Approx(std::log(3)));
  CHECK(plain[1] == Approx(1000 + std::log(1 + std::exp(-1))));
  CHECK(with_zero[1] == plain[1]);
  CHECK(plain[2] == 7);
}

TEST_CASE("Very negative elements are not lost where nothing larger stands beside them") {
  const X x = tensor({1, 2}, {-1000, -1000}), all = tensor({1, 2}, {1, 1});
  CHECK(log_sum_exp(x, all).values()[0] == Approx(-1000 + std::log(2)));
  CHECK(log_sum_exp(x, all, true).values()[0] == 0);
}

TEST_CASE("Nothing to sum gives 0") {
  CHECK(log_sum_exp(tensor({2, 1}, {50, 3}), shaped({2, 1})).values() == Values{0, 0});
  CHECK(log_sum_exp(tensor({2, 1}, {50, 3}), shaped({2, 1}), true).values() == Values{0, 0});
  CHECK(log_sum_exp(shaped({2, 0}), shaped({2, 0})).values() == Values{0, 0});
  CHECK_THROWS_WITH(log_sum_exp(shaped({2, 3}), shaped({3, 2})), ContainsSubstring("log_sum_exp: got x [2, 3] and mask [3, 2]"));
}
