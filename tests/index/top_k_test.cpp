// SPDX-License-Identifier: MIT
#include <vpr/index/top_k.hpp>

#include <vpr/backend/packed_rows.hpp>

#include "tests/support/catch.hpp"

#include <random>
#include <vector>

using vpr::InnerProduct;
using vpr::L2;
using vpr::Match;
using vpr::Matches;
using vpr::TopK;

TEST_CASE("TopK keeps the best, best first, equal scores by lower id") {
  TopK<InnerProduct> most(3);
  TopK<L2> least(3);
  for (const Match match : {Match{7, 1}, Match{3, 2}, Match{9, 2}, Match{1, 2}, Match{2, 0}}) {
    most.offer(match);
    least.offer(match);
  }
  CHECK(most.take() == Matches{{1, 2}, {3, 2}, {9, 2}});
  CHECK(least.take() == Matches{{2, 0}, {7, 1}, {1, 2}});
  CHECK(most.take().empty());
}

TEST_CASE("TopK keeps all of fewer than k, and none for k = 0") {
  TopK<InnerProduct> few(10), none(0);
  few.offer({1, -1});
  none.offer({1, -1});
  none.offer(0, std::vector<float>{1, 2});
  CHECK(few.take() == Matches{{1, -1}});
  CHECK(none.take().empty());
}

TEMPLATE_TEST_CASE("TopK keeps what a full sort keeps, in whatever order and pieces it is offered", "", InnerProduct, L2) {
  std::mt19937_64 random(1);
  for (const std::int64_t k : {1, 2, 7, 64, 1000}) {
    Matches all;
    for (std::int64_t id = 0; id < 700; ++id) all.push_back({id, static_cast<float>(random() % 40)});  // many ties
    TopK<TestType> in_blocks(k), shuffled(k);
    for (std::int64_t first = 0; first < 700; first += 50) {
      std::vector<float> scores;
      for (std::int64_t i = first; i < first + 50; ++i) scores.push_back(all[static_cast<std::size_t>(i)].score);
      in_blocks.offer(first, scores);
    }
    std::shuffle(all.begin(), all.end(), random);
    for (const Match& match : all) shuffled.offer(match);

    std::sort(all.begin(), all.end(), vpr::BetterMatch<TestType>{});
    all.resize(static_cast<std::size_t>(std::min<std::int64_t>(k, 700)));
    CHECK(in_blocks.take() == all);
    CHECK(shuffled.take() == all);
  }
}
