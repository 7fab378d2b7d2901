// SPDX-License-Identifier: MIT
/// @file
/// Values for a component that has no weights yet.
#pragma once

#include <vpr/core/random.hpp>
#include <vpr/core/shape.hpp>

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
          while (std::abs(number) > 2)
            number = std::sqrt(-2 * std::log(1 - random.uniform())) * std::cos(2 * std::numbers::pi * random.uniform());
          value = deviation * static_cast<float>(number);
        }
        parameter.assign(std::span<const float>(values));
      },
      "");
}

/// Gives the parameters of two axes or more that `chosen(name)` takes what PyTorch's linear and convolution layers start with, numbers
/// uniform in ±1/√inputs. The last projections of adapters, `D_fc2` and `adapter_up`, are set to zero instead, so that an adapted
/// network starts as the one without adapters. Each parameter's numbers are its own, whichever others are chosen.
template <class Component, class Chosen>
void initialise_heads(Component& component, std::uint64_t seed, const Chosen& chosen) {
  std::int64_t index = 0;
  component.visit(
      [&](const std::string& name, auto& parameter) {
        Random random = Random::of({static_cast<std::int64_t>(seed), index++});
        const Shape shape = parameter.shape();
        if (shape.rank() < 2 || shape.elements() == 0 || !chosen(name)) return;
        const bool last = name.ends_with("D_fc2.weight") || name.ends_with("adapter_up.weight");
        const double bound = last ? 0 : 1 / std::sqrt(static_cast<double>(shape.elements() / shape[0]));
        std::vector<float> values(static_cast<std::size_t>(shape.elements()));
        for (float& value : values) value = static_cast<float>(bound * (2 * random.uniform() - 1));
        parameter.assign(std::span<const float>(values));
      },
      "");
}

}  // namespace vpr
