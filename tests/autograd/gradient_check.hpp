// SPDX-License-Identifier: MIT
/// @file
/// Compares the gradients that ops state with central differences in double.
#pragma once

#include <vpr/autograd/var.hpp>
#include <vpr/backend/cpu.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"
#include "tests/support/threads.hpp"

#include <functional>
#include <string>
#include <vector>

namespace vpr::test {

using F64 = Cpu<f64>;
using Vars = std::vector<Var<F64>>;

/// A tensor of doubles in [low, high), the same on every machine.
inline Tensor<F64> random_tensor(Shape shape, std::uint64_t seed, double low = -1, double high = 1) {
  std::vector<double> values;
  for (const float u : random_floats(shape.elements(), seed)) values.push_back(low + (double(u) + 1) / 2 * (high - low));
  return Tensor<F64>::from(shape, values);
}

/// Checks every partial derivative of Σ cotangent ∘ f(inputs) for a random cotangent.
inline void check_gradients(const std::function<Var<F64>(const Vars&)>& f, const std::vector<Tensor<F64>>& inputs) {
  const Threads one(1);
  Vars recorded;
  for (const Tensor<F64>& input : inputs) recorded.emplace_back(input, true);
  const Var<F64> result = f(recorded);
  const Tensor<F64> cotangent = random_tensor(result.shape(), 1234);
  result.backward(cotangent);

  const auto objective = [&](const std::vector<Tensor<F64>>& at) {
    Vars constants;
    for (const Tensor<F64>& input : at) constants.emplace_back(input);
    const Var<F64> y = f(constants);
    double sum = 0;
    for (std::int64_t i = 0; i < cotangent.elements(); ++i) sum += cotangent.data()[i] * y.value().data()[i];
    return sum;
  };
  const double step = 1e-5;
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    INFO("input " << k);
    REQUIRE(recorded[k].gradient().shape() == inputs[k].shape());
    std::vector<Tensor<F64>> moved = inputs;
    for (std::int64_t i = 0; i < inputs[k].elements(); ++i) {
      const double kept = inputs[k].data()[i];
      moved[k].data()[i] = kept + step;
      const double above = objective(moved);
      moved[k].data()[i] = kept - step;
      const double below = objective(moved);
      moved[k].data()[i] = kept;
      INFO("element " << i);
      CHECK(recorded[k].gradient().data()[i] == Approx((above - below) / (2 * step)).epsilon(1e-6).margin(1e-8));
    }
  }
}

}  // namespace vpr::test
