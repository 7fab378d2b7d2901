// SPDX-License-Identifier: MIT
/// @file
/// Values for a component that has no weights yet.
#pragma once

#include <vpr/core/random.hpp>

#include <cmath>
#include <cstdint>
#include <numbers>
#include <span>
#include <string>
#include <vector>

namespace vpr {

/// Gives every parameter of two axes or more numbers from a normal distribution of standard deviation `deviation`, cut at twice
/// that, as vision transformers start; vectors keep what their component gave them. The same seed gives the same numbers on every
/// machine, but for the last bit of the standard library's logarithm and cosine.
template <class Component>
void initialise(Component& component, std::uint64_t seed, float deviation = 0.02F) {
  Random random(seed);
  component.visit(
      [&](const std::string&, auto& parameter) {
        if (parameter.shape().rank() < 2) return;
        std::vector<float> values(static_cast<std::size_t>(parameter.shape().elements()));
        for (float& value : values) {
          double number = 3;
          while (std::abs(number) > 2) number = std::sqrt(-2 * std::log(1 - random.uniform())) * std::cos(2 * std::numbers::pi * random.uniform());
          value = deviation * static_cast<float>(number);
        }
        parameter.assign(std::span<const float>(values));
      },
      "");
}

}  // namespace vpr
