// SPDX-License-Identifier: MIT
#include <vpr/autograd.hpp>
#include <vpr/layer/batch_norm.hpp>
#include <vpr/layer/convolution.hpp>

#include "tests/autograd/gradient_check.hpp"

using namespace vpr;
using namespace vpr::test;

TEST_CASE("Max pooling's gradient goes to the first of equal numbers") {
  const Var<F64> x(Tensor<F64>::from({1, 6, 1}, {5, 5, 1, 5, 5, 1}), true);
  max_pool(x, {2, 3}, {2, 1, 0}).backward(Tensor<F64>::from({1, 2, 1}, {1, 10}));
  CHECK(x.gradient().to_vector() == std::vector<float>{1, 10, 0, 0, 0, 0});
}

TEST_CASE("A recorded batch normalisation follows the batch, a frozen one its statistics") {
  using B = Recorded<F64>;
  BatchNorm<B> norm(2, 1e-3);
  const Var<F64> x(Tensor<F64>::from({2, 2}, {1, 10, 3, 30}));
  const std::vector<float> normalised = norm(x).to_vector();
  CHECK(normalised[0] == Approx(-1 / std::sqrt(1.001)));
  CHECK(norm.running_mean.to_vector() == std::vector<float>{0.2F, 2});
  CHECK(norm.running_variance.to_vector() == std::vector<float>{1.1F, 20.9F});  // 0.9 + 0.1 · 2, the unbiased variance
  norm.freeze_statistics();
  CHECK(norm(x).to_vector()[0] == Approx((1 - 0.2) / std::sqrt(1.101)));
  CHECK(norm.running_mean.to_vector() == std::vector<float>{0.2F, 2});
  norm.freeze_statistics(false);
  CHECK_THROWS_WITH(norm(Var<F64>(Tensor<F64>::zeros({1, 2}))), ContainsSubstring("two rows at least"));
}

TEST_CASE("A transposed convolution's gradients agree with central differences") {
  const Window window{3, 2, 1};
  check_gradients(
      [&](const Vars& in) {
        return add(fold(matmul(in[0], in[1]), window.map({2, 3}), window), in[2]);
      },
      {random_tensor({2, 6, 4}, 1), random_tensor({4, 2, 3, 3}, 2), random_tensor({2}, 3)});
}
