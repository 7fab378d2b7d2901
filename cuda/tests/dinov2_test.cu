// SPDX-License-Identifier: MIT
#include <vpr/aggregator/vlad.hpp>
#include <vpr/backbone/dinov2.hpp>
#include <vpr/backend/host.hpp>
#include <vpr/cuda/cuda.cuh>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace vpr;

namespace {

/// The VLAD descriptors of two seeded images by a small DINOv2 with seeded weights.
template <class B>
std::vector<float> descriptors() {
  std::uint64_t seed = 0;
  const auto random = [&](Shape shape) { return Tensor<B>::from(shape, std::span<const float>(random_floats(shape.elements(), ++seed))); };
  DinoV2<VitConfig, NoAdapter, B> backbone({.channels = 24, .depth = 2, .heads = 3, .registers = 2, .trained_side = 56});
  backbone.visit([&](const std::string&, auto& parameter) { parameter = random(parameter.shape()); }, "");
  const Vlad<B> vlad(random(Shape{4, 24}));
  return vlad(backbone(random(Shape{2, 3, 28, 42}))).to_vector();
}

}  // namespace

TEST_CASE("A whole DINOv2 with VLAD runs on the GPU") {
  CHECK(largest_difference(descriptors<Cuda<float>>(), descriptors<Reference<double>>()) < 1e-4F);
}
