// SPDX-License-Identifier: MIT
#include <vpr/version.hpp>

#include "tests/support/catch.hpp"

#include <string>

TEST_CASE("The version's text and numbers agree") {
  CHECK(std::to_string(VPR_VERSION_MAJOR) + "." + std::to_string(VPR_VERSION_MINOR) + "." + std::to_string(VPR_VERSION_PATCH) ==
        VPR_VERSION);
}
