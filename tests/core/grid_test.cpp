// SPDX-License-Identifier: MIT
#include <vpr/core/grid.hpp>

#include "tests/support/catch.hpp"

TEST_CASE("The cells of a grid that are too many to count are refused by name") {
  CHECK(vpr::Grid{16, 20}.patches() == 320);
  CHECK_THROWS_WITH((vpr::Grid{std::int64_t{1} << 32, std::int64_t{1} << 31}.patches()),
                    "grid: the number of cells of 4294967296x2147483648 overflows");
}
