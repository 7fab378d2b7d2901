// SPDX-License-Identifier: MIT
/// Seeded numbers for tests, and the comparison of results.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <span>
#include <vector>

/// `count` floats in [-1, 1), the same on every machine.
inline std::vector<float> random_floats(std::int64_t count, std::uint64_t seed) {
  std::mt19937_64 engine(seed);
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values) value = static_cast<float>(engine() >> 40) * 0x1p-23F - 1.0F;
  return values;
}

/// The largest |a - b|; infinity where the sizes differ or a value is not a number.
inline float largest_difference(std::span<const float> a, std::span<const float> b) {
  if (a.size() != b.size()) return std::numeric_limits<float>::infinity();
  float largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const float difference = std::abs(a[i] - b[i]);
    if (!(difference <= largest)) largest = std::isnan(difference) ? std::numeric_limits<float>::infinity() : difference;
  }
  return largest;
}
