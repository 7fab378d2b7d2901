// SPDX-License-Identifier: MIT
#include <vpr/dataset/prefetch.hpp>

#include "tests/support/catch.hpp"

#include <limits>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

using namespace std::chrono_literals;

TEST_CASE("Prefetched things come in order, however many threads make them") {
  for (const std::int64_t threads : {1, 2, 5}) {
    vpr::Prefetch<std::string> things(
        [](std::int64_t i) {
          std::this_thread::sleep_for(std::chrono::microseconds((i * 7919) % 300));  // later ones are often done sooner
          return std::to_string(i);
        },
        3, 40, {.threads = threads, .depth = 4});
    for (int i = 3; i < 40; ++i) CHECK(things.next() == std::to_string(i));
    CHECK_FALSE(things.next());
    CHECK_FALSE(things.next());
  }
}

TEST_CASE("An empty range gives nothing") {
  vpr::Prefetch<int> things([](std::int64_t) { return 1; }, 5, 5);
  CHECK_FALSE(things.next());
}

TEST_CASE("No more things are made ahead than asked") {
  std::atomic<std::int64_t> made{0};
  vpr::Prefetch<int> things([&](std::int64_t) { return static_cast<int>(++made); }, 0, 100, {.threads = 3, .depth = 5});
  for (int taken = 1; taken <= 10; ++taken) {
    CHECK(things.next());
    std::this_thread::sleep_for(2ms);
    CHECK(made <= taken + 5);
  }
}

TEST_CASE("A prefetched failure is thrown where its thing would have come, and ever after") {
  vpr::Prefetch<int> things(
      [](std::int64_t i) -> int {
        if (i == 2) throw std::runtime_error("two");
        return static_cast<int>(i);
      },
      0, 6, {.threads = 2, .depth = 3});
  CHECK(things.next() == 0);
  CHECK(things.next() == 1);
  CHECK_THROWS_WITH(things.next(), "two");
  CHECK_THROWS_WITH(things.next(), "two");
}

TEST_CASE("Prefetching stops at once when it is dropped, and drops what was made") {
  const auto alive = std::make_shared<int>(0);
  std::atomic<int> calls{0};
  {
    vpr::Prefetch<std::shared_ptr<int>> things(
        [&](std::int64_t) {
          ++calls;
          return alive;
        },
        0, 1'000'000, {.threads = 2, .depth = 3});
    things.next();
  }
  CHECK(calls <= 5);
  CHECK(alive.use_count() == 1);
}

TEST_CASE("Prefetched things may be movable only") {
  vpr::Prefetch<std::unique_ptr<int>> things([](std::int64_t i) { return std::make_unique<int>(static_cast<int>(i)); }, 0, 2);
  CHECK(**things.next() == 0);
  CHECK(**things.next() == 1);
}

TEST_CASE("Prefetching refuses what it can't do") {
  const auto make = [](std::int64_t) { return 1; };
  CHECK_THROWS_AS(vpr::Prefetch<int>(make, 0, 1, {.threads = 0}), vpr::ConfigError);
  CHECK_THROWS_AS(vpr::Prefetch<int>(make, 0, 1, {.depth = 0}), vpr::ConfigError);
  CHECK_THROWS_WITH(vpr::Prefetch<int>(make, -1, 1), ContainsSubstring("-1 to begin with"));
}

TEST_CASE("Prefetching names the limit of its threads and depth, and counts to the last index") {
  const auto make = [](std::int64_t i) { return i; };
  constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max();
  CHECK_THROWS_WITH(vpr::Prefetch<std::int64_t>(make, 0, 1, {.threads = huge}), ContainsSubstring("at most 65536"));
  CHECK_THROWS_WITH(vpr::Prefetch<std::int64_t>(make, 0, 1, {.depth = huge}), ContainsSubstring("at most 65536"));
  vpr::Prefetch<std::int64_t> last(make, huge - 2, huge, {.depth = 5});
  CHECK(last.next() == huge - 2);
  CHECK(last.next() == huge - 1);
  CHECK_FALSE(last.next());
}
