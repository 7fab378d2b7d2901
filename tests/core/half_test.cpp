// SPDX-License-Identifier: MIT
#include <vpr/core/half.hpp>

#include "tests/support/catch.hpp"

#include <cmath>
#include <limits>

using vpr::bf16;
using vpr::f16;

TEST_CASE("f16: every finite bit pattern survives the way through float") {
  for (std::uint32_t bits = 0; bits < 0x10000U; ++bits) {
    f16 half;
    half.bits = static_cast<std::uint16_t>(bits);
    const float wide = static_cast<float>(half);
    if (std::isnan(wide)) {
      REQUIRE(std::isnan(static_cast<float>(f16(wide))));
    } else {
      REQUIRE(f16(wide).bits == bits);
    }
  }
}

TEST_CASE("f16 rounds to nearest even") {
  CHECK(f16(1.0F + 0x1p-11F).bits == 0x3c00);
  CHECK(f16(1.0F + 0x1.8p-10F).bits == 0x3c02);
  CHECK(f16(65519.0F).bits == 0x7bff);
  CHECK(f16(65520.0F).bits == 0x7c00);
  CHECK(f16(0x1p-25F).bits == 0);
  CHECK(f16(0x1.8p-25F).bits == 1);
  CHECK(f16(-std::numeric_limits<float>::infinity()).bits == 0xfc00);
}

TEST_CASE("bf16 rounds to nearest even and keeps NaN") {
  CHECK(bf16(1.0F).bits == 0x3f80);
  CHECK(bf16(1.0F + 0x1p-8F).bits == 0x3f80);
  CHECK(bf16(1.0F + 0x1.8p-7F).bits == 0x3f82);
  CHECK(std::isnan(static_cast<float>(bf16(std::numeric_limits<float>::quiet_NaN()))));
  CHECK(static_cast<float>(bf16(-2.5F)) == -2.5F);
}
