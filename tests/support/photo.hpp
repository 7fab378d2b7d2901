// SPDX-License-Identifier: MIT
/// Photos for tests.
#pragma once

#include <vpr/image/image.hpp>

#include "tests/support/random.hpp"

#include <cstdint>
#include <utility>
#include <vector>

/// A photo of random pixels, the same on every machine.
inline vpr::Image random_photo(vpr::ImageSize size, std::uint64_t seed) {
  std::vector<std::uint8_t> pixels;
  for (const float value : random_floats(3 * size.height * size.width, seed))
    pixels.push_back(static_cast<std::uint8_t>(127.5F + 127.5F * value));
  return vpr::Image(size, std::move(pixels));
}
