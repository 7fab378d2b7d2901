// SPDX-License-Identifier: MIT
#include <vpr/core/finite.hpp>

#include "tests/support/catch.hpp"

#include <cmath>
#include <limits>

namespace {

template <class T>
void check_all_kinds() {
  using Limits = std::numeric_limits<T>;
  for (const T value : {T(0), -T(0), T(1), Limits::max(), Limits::lowest(), Limits::min(), Limits::denorm_min()}) {
    CHECK(vpr::is_finite(value));
    CHECK_FALSE(vpr::is_nan(value));
  }
  for (const T value : {Limits::infinity(), -Limits::infinity()}) {
    CHECK_FALSE(vpr::is_finite(value));
    CHECK_FALSE(vpr::is_nan(value));
  }
  for (const T value : {Limits::quiet_NaN(), -Limits::quiet_NaN(), Limits::signaling_NaN()}) {
    CHECK_FALSE(vpr::is_finite(value));
    CHECK(vpr::is_nan(value));
  }
}

}  // namespace

TEST_CASE("Infinite numbers and NaNs are told by their bits") {
  check_all_kinds<float>();
  check_all_kinds<double>();
  STATIC_REQUIRE(vpr::is_finite(1.0F));
  STATIC_REQUIRE(vpr::is_nan(std::numeric_limits<double>::quiet_NaN()));
}

TEST_CASE("Every half-precision number is finite or not as the float it stands for") {
  for (unsigned bits = 0; bits < 0x10000; ++bits) {
    vpr::f16 half;
    vpr::bf16 brain;
    half.bits = brain.bits = static_cast<std::uint16_t>(bits);
    const auto as_half = static_cast<float>(half), as_brain = static_cast<float>(brain);
    if (vpr::is_finite(half) != std::isfinite(as_half) || vpr::is_nan(half) != std::isnan(as_half) ||
        vpr::is_finite(brain) != std::isfinite(as_brain) || vpr::is_nan(brain) != std::isnan(as_brain)) {
      FAIL("bits " << bits);
    }
  }
}
