// SPDX-License-Identifier: MIT
#include <vpr/autograd.hpp>
#include <vpr/backend/cpu.hpp>
#include <vpr/layer/batch_norm.hpp>

#include "tests/support/catch.hpp"

using namespace vpr;
using B = Cpu<f64>;

TEST_CASE("A recorded batch normalisation moves its statistics towards the batch's, the variance unbiased") {
  const BatchNorm<Recorded<B>> norm(2, 1e-5);
  norm(Var<B>(Tensor<B>::from({1, 2, 2}, {1, 4, 3, 8})));
  CHECK(norm.running_mean.to_vector() == std::vector<float>{0.2F, 0.6F});
  CHECK(norm.running_variance.to_vector()[0] == Approx(0.9 + 0.1 * 2));
  CHECK(norm.running_variance.to_vector()[1] == Approx(0.9 + 0.1 * 8));
}

TEST_CASE("In a checkpoint, which computes it twice, it moves them once") {
  const BatchNorm<Recorded<B>> norm(1, 1e-5);
  const Var<B> x(Tensor<B>::from({1, 2, 1}, {1, 3}), true);
  const Var<B> y = checkpoint([&](const Var<B>& in) { return norm(in); }, x);
  y.backward(Tensor<B>::full(y.shape(), 1));
  CHECK(norm.running_mean.to_vector() == std::vector<float>{0.2F});
}
