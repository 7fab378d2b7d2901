// SPDX-License-Identifier: MIT
/// @file
/// Compares the gradients of what ops are composed to with central differences in double; those of each op see tests/specs.
#pragma once

#include <vpr/autograd/var.hpp>
#include <vpr/backend/cpu.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/central_difference.hpp"
#include "tests/support/random.hpp"
#include "tests/support/threads.hpp"

#include <string>
#include <vector>

namespace vpr::test {

using F64 = Cpu<f64>;
using Vars = std::vector<Var<F64>>;

/// A tensor of doubles in [low, high), the same on every machine.
template <class B = F64>
Tensor<B> random_tensor(Shape shape, std::uint64_t seed, double low = -1, double high = 1) {
  std::vector<double> values;
  for (const float u : random_floats(shape.elements(), seed)) values.push_back(low + (double(u) + 1) / 2 * (high - low));
  return Tensor<B>::from(shape, values);
}

/// Checks every partial derivative of Σ cotangent ∘ f(inputs) for a random cotangent, and that the gradients have the same bits
/// on one thread and on two.
template <class B = F64, class F>
void check_gradients(const F& f, const std::vector<Tensor<B>>& inputs) {
  Tensor<B> cotangent;
  const auto gradients = [&](int threads) {
    const Threads limit(threads);
    std::vector<Var<B>> recorded;
    for (const Tensor<B>& input : inputs) recorded.emplace_back(input, true);
    const Var<B> result = f(recorded);
    cotangent = random_tensor<B>(result.shape(), 1234);
    result.backward(cotangent);
    return recorded;
  };
  const std::vector<Var<B>> recorded = gradients(1), on_two_threads = gradients(2);

  const Threads one(1);
  const auto objective = [&](const std::vector<Tensor<B>>& at) {
    std::vector<Var<B>> constants;
    for (const Tensor<B>& input : at) constants.emplace_back(input);
    const Var<B> y = f(constants);
    double sum = 0;
    for (std::int64_t i = 0; i < cotangent.elements(); ++i) sum += cotangent.data()[i] * y.value().data()[i];
    return sum;
  };
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    INFO("input " << k);
    REQUIRE(recorded[k].gradient().shape() == inputs[k].shape());
    CHECK(recorded[k].gradient().values() == on_two_threads[k].gradient().values());
    std::vector<Tensor<B>> moved = inputs;
    for (std::int64_t i = 0; i < inputs[k].elements(); ++i) {
      const double wanted = central_difference(moved[k].data()[i], 1e-5, [&] { return objective(moved); });
      INFO("element " << i);
      CHECK(recorded[k].gradient().data()[i] == Approx(wanted).epsilon(1e-6).margin(1e-8));
    }
  }
}

/// `backward` with a cotangent of ones.
template <class B>
void propagate_ones(const Var<B>& y) {
  y.backward(Tensor<B>::full(y.shape(), 1));
}

}  // namespace vpr::test
