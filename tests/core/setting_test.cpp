// SPDX-License-Identifier: MIT
#include <vpr/core/setting.hpp>

#include "tests/support/catch.hpp"

#include <cmath>

using namespace vpr;

TEST_CASE("A setting is a number that float32 holds, from the least that may be") {
  CHECK_NOTHROW(detail::require_setting("Loss", "base", -3));
  CHECK_NOTHROW(detail::require_setting("Loss", "margin", 0, 0));
  for (const double bad : {std::nan(""), INFINITY + 0.0, -INFINITY + 0.0, 1e39, -1e300}) {
    CHECK_THROWS_AS(detail::require_setting("Loss", "base", bad), ConfigError);
    CHECK_THROWS_AS(detail::require_setting("Loss", "base", bad, -1e308), ConfigError);
    CHECK_THROWS_AS(detail::require_positive_setting("Loss", "base", bad), ConfigError);
  }
  CHECK_THROWS_WITH(detail::require_setting("Loss", "margin", -0.5, 0), "Loss: got margin -0.5, want a finite one from 0");
  CHECK_THROWS_WITH(detail::require_setting("Loss", "base", 1e39), "Loss: got base 1e+39, want a finite one");
}

TEST_CASE("A positive setting has a reciprocal in float32") {
  CHECK_NOTHROW(detail::require_positive_setting("Loss", "temperature", 1e-30));
  for (const double bad : {0.0, -1.0, 1e-60}) {
    CHECK_THROWS_WITH(detail::require_positive_setting("Loss", "temperature", bad), ContainsSubstring("Loss: got temperature "));
  }
}
