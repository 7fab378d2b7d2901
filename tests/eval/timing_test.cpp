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
