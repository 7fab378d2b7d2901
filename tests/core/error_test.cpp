// SPDX-License-Identifier: MIT
#include <vpr/core/error.hpp>

#include "tests/support/catch.hpp"

using namespace vpr;

TEMPLATE_TEST_CASE("Every kind of error is a vpr::Error and a std::runtime_error", "", ShapeError, FormatError, WeightError, IoError,
                   ConfigError, BackendError) {
  CHECK_THROWS_AS(fail<TestType>("x"), TestType);
  CHECK_THROWS_AS(fail<TestType>("x"), Error);
  CHECK_THROWS_AS(fail<TestType>("x"), std::runtime_error);
}

TEST_CASE("fail streams its parts one after the other") {
  CHECK_THROWS_WITH(fail("photo.jpg: got ", 3, " of ", 4.5, " bytes"), "photo.jpg: got 3 of 4.5 bytes");
}

namespace {
/// Counts how often it is streamed.
struct Part {
  int* count;
  friend std::ostream& operator<<(std::ostream& out, const Part& part) {
    ++*part.count;
    return out << "part";
  }
};
}  // namespace

TEST_CASE("require throws only where the condition does not hold, and streams only then") {
  int streamed = 0;
  VPR_REQUIRE(ShapeError, true, Part{&streamed});
  CHECK(streamed == 0);
  CHECK_THROWS_WITH(VPR_REQUIRE(ShapeError, false, "a ", Part{&streamed}), "a part");
  CHECK(streamed == 1);
}
