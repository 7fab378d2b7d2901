// SPDX-License-Identifier: MIT
#include <vpr/eval/timing.hpp>

#include "tests/support/catch.hpp"

#include <stdexcept>
#include <thread>

TEST_CASE("Timing records each stage and passes its result on") {
  vpr::Timing timing;
  int value = 0;
  int& same = timing.measure("first", 3, [&]() -> int& { return value; });
  CHECK(&same == &value);
  timing.measure("second", 0, [] { std::this_thread::sleep_for(std::chrono::milliseconds(2)); });
  CHECK_THROWS_AS(timing.measure("third", 0, [] { throw std::runtime_error("no"); }), std::runtime_error);
  REQUIRE(timing.stages.size() == 2);
  CHECK(timing.stages[0].stage == "first");
  CHECK(timing.stages[0].count == 3);
  CHECK(timing.stages[1].seconds >= 0.002);
}

TEST_CASE("A stage measured again adds up, in its first place") {
  vpr::Timing timing;
  for (int i = 0; i < 3; ++i) {
    timing.measure("describe", 2, [] { std::this_thread::sleep_for(std::chrono::milliseconds(1)); });
    timing.measure("search", 0, [] {});
  }
  REQUIRE(timing.stages.size() == 2);
  CHECK(timing.stages[0].stage == "describe");
  CHECK(timing.stages[0].count == 6);
  CHECK(timing.stages[0].seconds >= 0.003);
  CHECK(timing.stages[1].count == 0);
}
