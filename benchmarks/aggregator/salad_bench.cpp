// SPDX-License-Identifier: MIT
// SALAD's head of 8192 + 256 dimensions over 16×16 patches: milliseconds a batch.
#include "benchmarks/support/module.hpp"
#include "tests/support/random.hpp"

#include <vpr/aggregator/salad.hpp>
#include <vpr/layer/initialise.hpp>

namespace {

void salad(benchmark::State& state) {
  const std::int64_t photos = state.range(0);
  vpr::SaladAggregator<> head;
  vpr::initialise(head, 1);
  const auto tokens = vpr::Tensor<vpr::Cpu<>>::from({photos, 257, 768}, random_floats(photos * 257 * 768, 2));
  const auto cls = vpr::reshape(vpr::slice(tokens, 1, 0, 1), {photos, 768});
  const vpr::Features<vpr::Tensor<vpr::Cpu<>>> features{cls, vpr::slice(tokens, 1, 1, 257), {16, 16}};
  vpr::bench::time_module(state, "salad", head, tokens, [&](const auto&) { return head(features); });
}

BENCHMARK(salad)->Apply(vpr::bench::photos_and_threads);

}  // namespace
