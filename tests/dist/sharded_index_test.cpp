// SPDX-License-Identifier: MIT
#include <vpr/dist/sharded_index.hpp>

#include "tests/dist/tasks.hpp"
#include "tests/dist/threads.hpp"
#include "tests/support/catch.hpp"

#include <limits>

using vpr::Matches;

TEST_CASE("Shares are neighbours, cover all, and differ by one at most") {
  for (const std::int64_t count : {0, 1, 3, 4, 17}) {
    std::vector<vpr::Share> shares(4);
    require_none(
        Threads::run(4, [&](const Threads& threads) { shares[static_cast<std::size_t>(threads.rank())] = vpr::share_of(threads, count); }));
    CHECK(shares[0].begin == 0);
    CHECK(shares[3].end == count);
    for (std::size_t r = 1; r < 4; ++r) {
      CHECK(shares[r].begin == shares[r - 1].end);
      CHECK(shares[r - 1].size() - shares[r].size() >= 0);
      CHECK(shares[0].size() - shares[r].size() <= 1);
    }
  }
}

TEMPLATE_TEST_CASE("Several processes find what one does, in ids, order and every bit of the scores", "", vpr::InnerProduct, vpr::L2) {
  for (const std::int64_t count : {0, 1, 2, 50, 331}) {
    for (const std::int64_t k : {0, 1, 7, 1000}) {
      const std::vector<Matches> one = searched<TestType>(vpr::OneProcess(), count, k);
      for (const int processes : {1, 2, 3, 7}) {
        CAPTURE(count, k, processes);
        std::vector<std::vector<Matches>> found(static_cast<std::size_t>(processes));
        require_none(Threads::run(processes, [&](const Threads& threads) {
          found[static_cast<std::size_t>(threads.rank())] = searched<TestType>(threads, count, k);
        }));
        for (const std::vector<Matches>& of_process : found) CHECK(of_process == one);
      }
    }
  }
}

TEST_CASE("A descriptor that one process cannot add is an error in all, and none is added") {
  std::vector<std::int64_t> sizes(3);
  const auto thrown = Threads::run(3, [&](const Threads& threads) {
    vpr::ShardedIndex index(vpr::FlatIndex<>(2), threads);
    const float good[2] = {1, 0}, bad[2] = {1, std::numeric_limits<float>::quiet_NaN()};
    try {
      index.add(vpr::Rows(threads.rank() == 1 ? bad : good, 1, 2));
    } catch (...) {
      sizes[static_cast<std::size_t>(threads.rank())] = index.size() + index.own().size();
      throw;
    }
  });
  CHECK_THROWS_AS(std::rethrow_exception(thrown[1]), vpr::FormatError);
  CHECK_THROWS_WITH(std::rethrow_exception(thrown[0]), Catch::Contains("process 1 of 3") && Catch::Contains("holds nan"));
  CHECK_THROWS_AS(std::rethrow_exception(thrown[2]), vpr::Error);
  CHECK(sizes == std::vector<std::int64_t>{0, 0, 0});
}

TEST_CASE("Processes that ask different numbers of queries are told so, all of them") {
  const auto thrown = Threads::run(3, [](const Threads& threads) {
    vpr::ShardedIndex index(vpr::FlatIndex<>(1), threads);
    const float numbers[2] = {1, 2};
    index.add(vpr::Rows(numbers, 1, 1));
    index.search(vpr::Rows(numbers, threads.rank() == 2 ? 2 : 1, 1), 1);
  });
  for (const auto& error : thrown) CHECK_THROWS_AS(std::rethrow_exception(error), vpr::ShapeError);
}

TEST_CASE("An index that holds descriptors already is refused") {
  vpr::FlatIndex<> index(1);
  const float number = 1;
  index.add(vpr::Rows(&number, 1, 1));
  CHECK_THROWS_AS(vpr::ShardedIndex(std::move(index), vpr::OneProcess()), vpr::ConfigError);
}
