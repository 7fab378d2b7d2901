// SPDX-License-Identifier: MIT
#include <vpr/loss/pairs.hpp>

#include "tests/support/catch.hpp"

using namespace vpr;

static const std::vector<float> some(6);

TEST_CASE("All pairs are those of different photos, by place") {
  const Pairs pairs = AllPairs()(Rows(some.data(), 3, 2), std::vector<std::int64_t>{7, 9, 7});
  CHECK(pairs.positive == std::vector<Pair>{{0, 2}, {2, 0}});
  CHECK(pairs.negative == std::vector<Pair>{{0, 1}, {1, 0}, {1, 2}, {2, 1}});
  CHECK(AllPairs::of(std::vector<std::int64_t>{7}).positive.empty());
  CHECK(AllPairs::of(std::vector<std::int64_t>{}).negative.empty());
}

TEST_CASE("Every descriptor needs a place") {
  CHECK_THROWS_WITH(AllPairs()(Rows(some.data(), 3, 2), std::vector<std::int64_t>{1, 2}),
                    ContainsSubstring("AllPairs: got 3 descriptors and 2 places"));
}

TEST_CASE("A batch's accuracy is the share of its photos that mine no positive") {
  CHECK(share_without_positive({{{0, 1}, {0, 2}, {2, 0}}, {{1, 3}}}, 4) == Approx(0.5));
  CHECK(share_without_positive({}, 4) == 1);
  CHECK(share_without_positive({}, 0) == 1);
}
