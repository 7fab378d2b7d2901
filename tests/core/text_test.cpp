// SPDX-License-Identifier: MIT
#include <vpr/core/text.hpp>

#include <vpr/core/error.hpp>
#include <vpr/core/shape.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/german.hpp"

TEST_CASE("Text and messages are the same whatever the program's locale") {
  const German everywhere;
  CHECK(vpr::text_of("size ", 1234567, ", ", 0.5, ", ", vpr::Shape{2000, 3}) == "size 1234567, 0.5, [2000, 3]");
  CHECK_THROWS_WITH(vpr::fail("got ", 1234.5), "got 1234.5");
  CHECK(vpr::text_of().empty());
}
