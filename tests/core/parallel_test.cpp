// SPDX-License-Identifier: MIT
#include <vpr/core/parallel.hpp>

#include "tests/support/catch.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

namespace {

/// On how many threads a loop ran whose bodies wait for each other's, up to as many as there may be.
std::size_t threads_of_a_loop() {
  std::mutex mutex;
  std::set<std::thread::id> ids;
  std::atomic<int> waiting = 0;
  const int expected = vpr::thread_count();
  vpr::parallel_for(expected, [&](std::int64_t) {
    ++waiting;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (waiting < expected && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    const std::lock_guard lock(mutex);
    ids.insert(std::this_thread::get_id());
  });
  return ids.size();
}

}  // namespace

TEST_CASE("parallel_for runs each index once") {
  for (const int count : {-3, 0, 1, 2, 1000}) {
    std::vector<std::atomic<int>> hits(static_cast<std::size_t>(std::max(count, 0)));
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

TEST_CASE("A thread count holds for its scope and its thread") {
#ifdef _OPENMP
  const int before = vpr::thread_count();
  {
    const vpr::ThreadCount three(3);
    CHECK(vpr::thread_count() == 3);
    CHECK(threads_of_a_loop() == 3);
    {
      const vpr::ThreadCount none(0);
      CHECK(vpr::thread_count() == 1);
      CHECK(threads_of_a_loop() == 1);
    }
    CHECK(vpr::thread_count() == 3);
    int elsewhere = 0;
    std::thread([&] { elsewhere = vpr::thread_count(); }).join();
    CHECK(elsewhere == before);
    std::atomic<int> inside = 0;
    vpr::parallel_for(3, [&](std::int64_t) { inside += vpr::thread_count(); });
    CHECK(inside == 3);
  }
  CHECK(vpr::thread_count() == before);
#else
  const vpr::ThreadCount three(3);
  CHECK(vpr::thread_count() == 1);
#endif
}

#ifdef _OPENMP
TEST_CASE("OpenMP's own thread count is left to the program") {
  const int own = omp_get_max_threads(), before = vpr::thread_count();
  vpr::set_thread_count(own + 2);
  CHECK(vpr::thread_count() == own + 2);
  CHECK(threads_of_a_loop() == static_cast<std::size_t>(own) + 2);
  CHECK(omp_get_max_threads() == own);
  int elsewhere = 0;
  std::thread([&] { elsewhere = vpr::thread_count(); }).join();
  CHECK(elsewhere == own + 2);
  vpr::set_thread_count(before);
  CHECK(omp_get_max_threads() == own);
}

TEST_CASE("Inside a parallel region of the program's own a loop runs on the thread that began it") {
  std::atomic<int> wrong = 0;
#pragma omp parallel num_threads(2)
  {
    const auto self = std::this_thread::get_id();
    vpr::parallel_for(8, [&](std::int64_t) { wrong += std::this_thread::get_id() != self; });
  }
  CHECK(wrong == 0);
}
#endif
