// SPDX-License-Identifier: MIT
#include <vpr/dist/gathered.hpp>

#include "tests/dist/threads.hpp"
#include "tests/support/catch.hpp"

#include <numeric>

namespace {
std::vector<float> numbered(std::int64_t begin, std::int64_t end) {
  std::vector<float> rows(static_cast<std::size_t>(2 * (end - begin)));
  std::iota(rows.begin(), rows.end(), static_cast<float>(2 * begin));
  return rows;
}
}  // namespace

TEST_CASE("Rows that processes make are together in every one, in order") {
  for (const std::int64_t count : {0, 1, 5, 12}) {
    require_none(Threads::run(4, [&](const Threads& threads) {
      if (vpr::gathered_rows(threads, count, 2, numbered) != numbered(0, count)) throw std::runtime_error("other rows");
    }));
  }
}

TEST_CASE("Matches that processes find are together in every one, however many each query has") {
  const auto matches_of = [](std::int64_t query) {
    vpr::Matches matches;
    for (std::int64_t i = 0; i < query % 3; ++i) matches.push_back({10 * query + i, static_cast<float>(-i)});
    return matches;
  };
  require_none(Threads::run(3, [&](const Threads& threads) {
    const std::vector<vpr::Matches> found = vpr::gathered_matches(threads, 8, matches_of);
    for (std::int64_t query = 0; query < 8; ++query) {
      if (found.at(static_cast<std::size_t>(query)) != matches_of(query)) throw std::runtime_error("other matches");
    }
  }));
}

TEST_CASE("An error in one process, or rows of another number, ends the work in all") {
  const auto thrown = Threads::run(2, [](const Threads& threads) {
    vpr::gathered_rows(threads, 4, 2,
                       [&](std::int64_t begin, std::int64_t end) { return numbered(begin, threads.rank() == 0 ? end - 1 : end); });
  });
  CHECK_THROWS_AS(std::rethrow_exception(thrown[0]), vpr::ShapeError);
  CHECK_THROWS_WITH(std::rethrow_exception(thrown[1]), Catch::Contains("process 0 of 2"));
}
