// SPDX-License-Identifier: MIT
#include <vpr/autograd.hpp>
#include <vpr/cuda/cuda.cuh>

#include "tests/architecture/seeded_describer.hpp"
#include "tests/specs/checks.hpp"

using namespace vpr;
using namespace vpr::test;

namespace {

/// The gradient of the sum of the describer's result by its input.
template <class B>
std::vector<float> input_gradient() {
  const Var<B> x(input<B>(), true);
  const Var<B> y = describer<Recorded<B>>()(x);
  y.backward(Tensor<B>::full(y.shape(), 1));
  return x.gradient().to_vector();
}

}  // namespace

TEMPLATE_TEST_CASE("Ops on the GPU", "", Cuda<float>, Cuda<double>) { check_ops(runs_of<TestType>(AllSpecs())); }

TEST_CASE("The library's picture of itself runs on the GPU") {
  const auto on_gpu = describer<Cuda<float>>()(input<Cuda<float>>());
  const auto expected = describer<Reference<double>>()(input<Reference<double>>());
  CHECK(largest_difference(on_gpu.to_vector(), expected.to_vector()) < 1e-5F);
}

TEST_CASE("The library's picture of itself is recorded on the GPU") {
  CHECK(largest_difference(input_gradient<Cuda<double>>(), input_gradient<Reference<double>>()) < 1e-6F);
}

TEST_CASE("Values survive the way to the GPU and back, copied and moved") {
  const std::vector<float> values = random_floats(1000, 1);
  Tensor<Cuda<float>> x = Tensor<Cuda<float>>::from({10, 100}, values);
  const Tensor<Cuda<float>> copy = x;
  CHECK(copy.values() == values);
  CHECK(copy.data() != x.data());
  const Tensor<Cuda<float>> moved = std::move(x);
  CHECK(moved.values() == values);
  CHECK(x.empty());
  CHECK(Tensor<Cuda<float>>().values().empty());
}

TEST_CASE("More memory than there is gives an error that names it") {
  CHECK_THROWS_AS(Tensor<Cuda<float>>(Shape{1LL << 45}), BackendError);
  CHECK_THROWS_WITH(Tensor<Cuda<float>>(Shape{1LL << 45}), ContainsSubstring("cuda: allocate: out of memory"));
  CHECK_THROWS_WITH(Tensor<Cuda<double>>(Shape{1LL << 62}), ContainsSubstring("more than memory can hold"));
  CHECK(Tensor<Cuda<float>>::full({1}, 3).values() == std::vector<float>{3});
}
