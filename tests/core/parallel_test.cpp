// SPDX-License-Identifier: MIT
#include <vpr/core/parallel.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/threads.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

TEST_CASE("parallel_for runs each index once") {
  const auto check = [] {
    for (const int count : {-3, 0, 1, 2, 3, 1000, 100'000}) {
      std::vector<std::atomic<int>> hits(static_cast<std::size_t>(std::max(count, 0)));
      vpr::parallel_for(count, [&](std::int64_t i) { ++hits[static_cast<std::size_t>(i)]; });
      for (const auto& hit : hits) REQUIRE(hit == 1);
    }
  };
  check();
  for (const int threads : {1, 2, 5}) {
    const Threads scope(threads);
    check();
  }
}

TEST_CASE("Inside a loop another runs serially") {
  const Threads scope(3);
  std::atomic<int> total = 0, wrong = 0;
  vpr::parallel_for(8, [&](std::int64_t) {
    const auto self = std::this_thread::get_id();
    wrong += vpr::thread_count() != 1;
    vpr::parallel_for(8, [&](std::int64_t) {
      ++total;
      wrong += std::this_thread::get_id() != self;
    });
  });
  CHECK(total == 64);
  CHECK(wrong == 0);
  CHECK(vpr::thread_count() == 3);
}

TEST_CASE("Of several exceptions that of the lowest index is passed on, once all before it are done") {
  for (const int threads : {1, 2, 4}) {
    const Threads scope(threads);
    for (int round = 0; round < 50; ++round) {
      std::vector<std::atomic<int>> hits(300);
      std::string message;
      try {
        vpr::parallel_for(300, [&](std::int64_t i) {
          ++hits[static_cast<std::size_t>(i)];
          if (i >= 100 && i % 7 == 3) throw std::runtime_error(std::to_string(i));
        });
      } catch (const std::runtime_error& error) {
        message = error.what();
      }
      REQUIRE(message == "101");
      for (std::size_t i = 0; i <= 101; ++i) REQUIRE(hits[i] == 1);
      for (const auto& hit : hits) REQUIRE(hit <= 1);
    }
    CHECK(vpr::thread_count() == threads);
  }
}

TEST_CASE("An exception of a loop inside a loop is passed on through both") {
  const Threads scope(2);
  const auto nested = [] {
    vpr::parallel_for(4, [](std::int64_t i) {
      vpr::parallel_for(4, [i](std::int64_t j) {
        if (i == 2 && j == 1) throw std::runtime_error("inner");
      });
    });
  };
  CHECK_THROWS_WITH(nested(), "inner");
}

TEST_CASE("A loop of little work stays on its thread, one of much work does not") {
  const vpr::ExecutionScope scope(vpr::Execution(3));
  const auto self = std::this_thread::get_id();
  int stayed = 0;
  for (int round = 0; round < 100; ++round) {
    std::atomic<bool> left = false;
    vpr::parallel_for(100, [&](std::int64_t) {
      if (std::this_thread::get_id() != self) left = true;
    });
    stayed += !left;
  }
  CHECK(stayed > 90);  // an interruption may make a body look long

  std::mutex mutex;
  std::set<std::thread::id> ids;
  for (int round = 0; round < 50 && ids.size() < 3; ++round) {
    vpr::parallel_for(20, [&](std::int64_t) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      const std::lock_guard lock(mutex);
      ids.insert(std::this_thread::get_id());
    });
  }
  CHECK(ids.size() == 3);
}

TEST_CASE("Loops that several threads begin at once on the same execution are each complete") {
  for (const vpr::Execution& execution : {vpr::Execution(3), vpr::Execution()}) {
    std::vector<std::int64_t> sums(4);
    std::vector<std::thread> threads;
    for (std::int64_t& sum : sums) {
      threads.emplace_back([&sum, &execution] {
        const vpr::ExecutionScope scope(execution);
        for (int round = 0; round < 20; ++round) {
          std::vector<std::int64_t> values(50);
          vpr::parallel_for(50, [&](std::int64_t i) {
            if (round % 2 == 0) std::this_thread::sleep_for(std::chrono::microseconds(20));
            values[static_cast<std::size_t>(i)] = i;
          });
          for (const std::int64_t value : values) sum += value;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (const std::int64_t sum : sums) CHECK(sum == 20 * 49 * 25);
  }
}
