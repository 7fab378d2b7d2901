// SPDX-License-Identifier: MIT
// CricaVPR's adapter of one block of a ViT-B over 16×16 patches and a class token: milliseconds a batch.
#include "benchmarks/support/module.hpp"
#include "tests/support/random.hpp"

#include <vpr/adapter/mul_conv.hpp>
#include <vpr/layer/initialise.hpp>

namespace {

void mul_conv(benchmark::State& state) {
  const std::int64_t photos = state.range(0);
  vpr::adapter::MultiScaleConvolution<vpr::Cpu<>> adapter(768, vpr::MulConvSettings());
  vpr::initialise(adapter, 1);
  vpr::fold_batch_norm(adapter);
  const auto tokens = vpr::Tensor<vpr::Cpu<>>::from({photos, 257, 768}, random_floats(photos * 257 * 768, 2));
  const vpr::TokenLayout layout{1, {16, 16}};
  vpr::bench::time_module(state, "mul_conv", adapter, tokens, [&](const auto& x) { return adapter(x, layout); });
}

BENCHMARK(mul_conv)->Apply(vpr::bench::photos_and_threads);

}  // namespace
