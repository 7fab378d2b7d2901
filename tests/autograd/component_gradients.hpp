// SPDX-License-Identifier: MIT
/// @file
/// Compares the gradients of a recorded component's parameters with central differences in double.
#pragma once

#include <vpr/autograd.hpp>
#include <vpr/backbone/features.hpp>
#include <vpr/backend/cpu.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/central_difference.hpp"
#include "tests/support/random.hpp"
#include "tests/support/threads.hpp"

#include <map>
#include <string>
#include <vector>

namespace vpr::test {

using Double = Cpu<f64>;
using Training = Recorded<Double>;
using V = Var<Double>;

inline V constant(Shape shape, std::uint64_t seed) { return V::from(shape, std::span<const float>(random_floats(shape.elements(), seed))); }

inline Features<V> constant_features(std::int64_t batch, std::int64_t channels, Grid grid, std::uint64_t seed) {
  return {constant(Shape{batch, channels}, seed), constant(Shape{batch, grid.patches(), channels}, seed + 1000), grid};
}

/// Checks that every parameter of the component gets a gradient from Σ cotangent ∘ run(component), for a random cotangent, which has
/// the same bits on one thread and two and agrees with central differences at up to three places of each. Its parameters are
/// overwritten with seeded numbers first, but for powers and statistics.
template <class Component, class Run>
void check_parameter_gradients(Component& component, const Run& run) {
  std::map<std::string, V> all;
  component.visit([&](const std::string& name, V& parameter) { all.emplace(name, parameter); }, "");
  std::uint64_t seed = 0;
  for (auto& [name, parameter] : all) {
    if (!parameter.needs_gradient() || name == "p" || name.ends_with(".p")) continue;
    const std::vector<float> values = random_floats(parameter.shape().elements(), ++seed);
    parameter.assign(std::span<const float>(values));
  }

  Tensor<Double> cotangent;
  const auto gradients = [&](int threads) {
    const Threads limit(threads);
    for (auto& [name, parameter] : all) parameter.clear_gradient();
    const V y = run(component);
    cotangent = constant(y.shape(), 99).value();
    y.backward(cotangent);
    std::map<std::string, std::vector<double>> found;
    for (const auto& [name, parameter] : all) found[name] = parameter.gradient().values();
    return found;
  };
  const auto found = gradients(1);
  CHECK(found == gradients(2));

  const auto objective = [&] {
    const V y = run(component);
    double sum = 0;
    for (std::int64_t i = 0; i < cotangent.elements(); ++i) sum += cotangent.data()[i] * y.value().data()[i];
    return sum;
  };
  for (auto& entry : all) {
    const std::string& name = entry.first;
    V& parameter = entry.second;  // clang 14 can't capture a structured binding below
    if (!parameter.needs_gradient()) continue;
    INFO("parameter " << name);
    REQUIRE(found.at(name).size() == static_cast<std::size_t>(parameter.shape().elements()));
    std::vector<double> values = parameter.value().values();
    for (std::size_t place : {std::size_t{0}, values.size() / 2, values.size() - 1}) {
      INFO("element " << place);
      const double wanted = central_difference(values[place], 1e-5, [&] {
        parameter.template assign<double>(values);
        return objective();
      });
      parameter.template assign<double>(values);
      CHECK(found.at(name)[place] == Approx(wanted).epsilon(1e-5).margin(1e-7));
    }
  }
}

}  // namespace vpr::test
