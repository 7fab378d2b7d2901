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

/// Takes no parameter, whatever its name.
struct NoParameter {
  bool operator()(const std::string&) const { return false; }
};

/// Gives the parameters of two axes or more that `chosen(name)` takes what PyTorch's linear and convolution layers start with, numbers
/// uniform in ±1/√inputs; those that `zero(name)` takes, such as the last projections of adapters, are set to zero instead. Each parameter's
/// values are its own, whichever others are chosen.
template <class Component, class Chosen, class Zero = NoParameter>
void initialise_heads(Component& component, std::uint64_t seed, const Chosen& chosen, const Zero& zero = {}) {
  std::int64_t index = 0;
  component.visit(
      [&](const std::string& name, auto& parameter) {
        Random random = Random::of({static_cast<std::int64_t>(seed), index++});
        const Shape shape = parameter.shape();
        if (shape.rank() < 2 || shape.elements() == 0 || !chosen(name)) return;
        const double bound = zero(name) ? 0 : 1 / std::sqrt(static_cast<double>(shape.elements() / shape[0]));
        std::vector<float> values(static_cast<std::size_t>(shape.elements()));
        for (float& value : values) value = static_cast<float>(bound * (2 * random.uniform() - 1));
        parameter.assign(std::span<const float>(values));
      },
      "");
}

}  // namespace vpr
