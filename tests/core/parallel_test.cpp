// SPDX-License-Identifier: MIT
#include <vpr/core/parallel.hpp>

#include "tests/support/catch.hpp"

#include <atomic>
#include <stdexcept>
#include <vector>

TEST_CASE("parallel_for runs each index once") {
  for (const int count : {0, 1, 2, 1000}) {
    std::vector<std::atomic<int>> hits(static_cast<std::size_t>(count));
    vpr::parallel_for(count, [&](std::int64_t i) { ++hits[static_cast<std::size_t>(i)]; });
    for (const auto& hit : hits) REQUIRE(hit == 1);
  }
}

TEST_CASE("parallel_for nests and passes an exception on") {
  std::atomic<int> total = 0;
  vpr::parallel_for(4, [&](std::int64_t) { vpr::parallel_for(4, [&](std::int64_t) { ++total; }); });
  CHECK(total == 16);
  CHECK_THROWS_AS(vpr::parallel_for(8,
                                    [](std::int64_t i) {
                                      if (i == 5) throw std::runtime_error("five");
                                    }),
                  std::runtime_error);
}
