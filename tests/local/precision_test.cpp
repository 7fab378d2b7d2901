// SPDX-License-Identifier: MIT
#include <vpr/local/precision.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

#include <bit>
#include <cmath>
#include <limits>

using vpr::LocalFeatures;
using vpr::LocalPrecision;

namespace {
LocalFeatures round_trip(const LocalFeatures& features, LocalPrecision precision) {
  const auto bytes = vpr::encode(features, precision);
  REQUIRE(bytes.size() == vpr::byte_size(precision, static_cast<std::uint64_t>(features.size()),
                                         static_cast<std::uint64_t>(features.channels), features.keypoints.size()));
  return vpr::decode(bytes, precision, features.grid, features.channels, std::ssize(features.keypoints));
}
}  // namespace

TEST_CASE("Full precision gives back every bit, half precision what f16 rounds to") {
  for (const std::int64_t channels : {1, 7, 16, 130}) {
    LocalFeatures features{{3, 5}, channels, random_floats(15 * channels, 1)};
    features.values[0] = 1e-7F;  // a subnormal f16
    CHECK(round_trip(features, LocalPrecision::float32) == features);
    for (float& value : features.values) value = static_cast<float>(vpr::f16(value));
    CHECK(round_trip(features, LocalPrecision::float16) == features);
  }
}

TEST_CASE("Every finite f16 is decoded as the reference conversion does") {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    if ((bits & 0x7c00U) == 0x7c00U) continue;
    vpr::f16 half;
    half.bits = static_cast<std::uint16_t>(bits);
    REQUIRE(std::bit_cast<std::uint32_t>(vpr::detail::finite_f16(half.bits)) == std::bit_cast<std::uint32_t>(static_cast<float>(half)));
  }
}

TEST_CASE("Eight bits keep each number to half a step of its own row, and the row's largest") {
  LocalFeatures features{{4, 3}, 33, random_floats(12 * 33, 2)};
  for (std::size_t i = 0; i < 33; ++i) features.values[i] *= 1000;  // one large row does not coarsen the others
  const LocalFeatures back = round_trip(features, LocalPrecision::int8);
  for (std::size_t r = 0; r < 12; ++r) {
    float largest = 0;
    for (std::size_t k = 0; k < 33; ++k) largest = std::max(largest, std::abs(features.values[r * 33 + k]));
    for (std::size_t k = 0; k < 33; ++k) {
      const float value = features.values[r * 33 + k], error = std::abs(back.values[r * 33 + k] - value);
      REQUIRE(error <= largest / 254 * 1.0001F);
      if (std::abs(value) == largest) CHECK(error <= largest * 1e-6F);
    }
  }
}

TEST_CASE("Zeros, the smallest numbers and no features at all survive each precision") {
  const float least = std::numeric_limits<float>::denorm_min();
  for (const LocalPrecision precision : {LocalPrecision::float32, LocalPrecision::float16, LocalPrecision::int8}) {
    const LocalFeatures zeros{{1, 2}, 3, std::vector<float>(6, 0.0F)};
    CHECK(round_trip(zeros, precision) == zeros);
    const LocalFeatures tiny = round_trip({{1, 1}, 2, {least, -least}}, precision);
    CHECK(std::abs(tiny.values[0]) <= least);
    CHECK(round_trip({{0, 4}, 3, {}}, precision) == LocalFeatures{{0, 4}, 3, {}});
  }
}

TEST_CASE("What no precision can hold is refused") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (const LocalPrecision precision : {LocalPrecision::float32, LocalPrecision::float16, LocalPrecision::int8}) {
    CHECK_THROWS_WITH(vpr::encode({{2, 1}, 2, {1, 2, 3, nan}}, precision), ContainsSubstring("local features: feature 1 holds nan at 1"));
    CHECK_THROWS_AS(vpr::encode({{2, 1}, 2, {1, 2, 3}}, precision), vpr::ShapeError);
  }
  CHECK_THROWS_WITH(vpr::encode({{1, 1}, 1, {70000}}, LocalPrecision::float16),
                    ContainsSubstring("feature 0 holds 70000, beyond what f16 can"));
  CHECK(round_trip({{1, 1}, 1, {-70000}}, LocalPrecision::int8).values[0] == Approx(-70000));
  CHECK(round_trip({{1, 1}, 1, {65519}}, LocalPrecision::float16).values[0] == 65504);
}

TEST_CASE("Bytes that are too few or too many are refused") {
  const std::vector<std::byte> bytes(11);
  CHECK_THROWS_WITH(vpr::decode(bytes, LocalPrecision::float16, {2, 3}, 1), ContainsSubstring("got 11 bytes, expected 12"));
}

TEST_CASE("Keypoints keep every bit in any precision, and must be finite") {
  const std::vector<vpr::Keypoint> keypoints{{0.1F, 0.7F, 0.003F}, {0.99F, 0, 1}};
  const LocalFeatures features{{480, 640}, 3, random_floats(6, 5), keypoints};
  for (const LocalPrecision precision : {LocalPrecision::float32, LocalPrecision::float16, LocalPrecision::int8}) {
    const LocalFeatures back = round_trip(features, precision);
    CHECK(back.keypoints == keypoints);
    CHECK(back.values.size() == 6);
  }
  CHECK(round_trip(features, LocalPrecision::float32) == features);
  LocalFeatures broken = features;
  broken.keypoints[1].x = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_WITH(vpr::encode(broken, LocalPrecision::float32), ContainsSubstring("local features: keypoint 1 holds"));
  const auto bytes = vpr::encode(features, LocalPrecision::int8);
  CHECK_THROWS_AS(vpr::decode(bytes, LocalPrecision::int8, features.grid, 3, 1), vpr::ShapeError);
}
