// SPDX-License-Identifier: MIT
/// The picture's model and input with seeded values, the same on every backend.
#pragma once

#include "tests/architecture/one_idea.hpp"
#include "tests/support/random.hpp"

namespace vpr::test {

inline constexpr std::int64_t batch = 2, tokens = 7, channels = 6, hidden = 5;

template <class B>
TinyDescriber<B> describer() {
  TinyDescriber<B> model(channels, hidden);
  std::uint64_t seed = 1;
  model.visit(
      [&](const std::string& name, auto& parameter) {
        if (name != "p") parameter.assign(std::span<const float>(random_floats(parameter.shape().elements(), seed++)));
      },
      "");
  return model;
}

template <class B>
Tensor<B> input() {
  return Tensor<B>::from(Shape{batch, tokens, channels}, std::span<const float>(random_floats(batch * tokens * channels, 99)));
}

}  // namespace vpr::test
