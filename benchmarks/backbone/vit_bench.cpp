// SPDX-License-Identifier: MIT
// DINOv2 in float32: milliseconds a batch, and the share of this core's peak. Arguments: photos in the batch, threads.
#include "benchmarks/support/peak.hpp"
#include "tests/support/random.hpp"

#include <vpr/backbone/dinov2.hpp>
#include <vpr/core/parallel.hpp>

#include <benchmark/benchmark.h>

#include <cmath>

namespace {

/// Multiply-adds of a forward pass of one 224×224 photo, counted as two operations each.
double flops(const vpr::VitConfig& config) {
  const double tokens = 257, channels = static_cast<double>(config.channels);
  const double block = 2 * tokens * channels * channels * 12 + 4 * tokens * tokens * channels;
  return static_cast<double>(config.depth) * block + 2 * 256 * 588 * channels;
}

template <class Config>
void vit(benchmark::State& state) {
  vpr::DinoV2<Config> network;
  std::uint64_t seed = 1;
  network.visit(
      [&](const std::string&, auto& parameter) {
        std::vector<float> values = random_floats(parameter.shape().elements(), seed++);
        for (float& value : values) value *= 0.05F;
        parameter.assign(std::span<const float>(values));
      },
      "");
  const std::int64_t photos = state.range(0);
  const auto images = vpr::Tensor<vpr::Cpu<>>::from(vpr::Shape{photos, 3, 224, 224}, random_floats(photos * 3 * 224 * 224, 7));
  const vpr::Execution execution(static_cast<int>(state.range(1)));
  const vpr::ExecutionScope scope(execution);
  if (!std::isfinite(network(images).cls.data()[0])) return state.SkipWithError("the features are not finite");
  for (auto _ : state) benchmark::DoNotOptimize(network(images));
  const double work = flops(network.config()) * static_cast<double>(photos);
  static const double peak = vpr::bench::peak_flops();
  state.counters["memory_MB"] = static_cast<double>(execution.memory().peak) / 1e6;  // beside the weights
  state.counters["GFLOP/s"] = benchmark::Counter(work / 1e9, benchmark::Counter::kIsIterationInvariantRate);
  state.counters["of_peak"] =
      benchmark::Counter(work / peak / static_cast<double>(state.range(1)), benchmark::Counter::kIsIterationInvariantRate);
}

void vit_s14(benchmark::State& state) { vit<vpr::ViTS14>(state); }
void vit_b14(benchmark::State& state) { vit<vpr::ViTB14>(state); }

// Two threads are timed by the clock on the wall, one by the processor's.
BENCHMARK(vit_s14)->Args({1, 1})->Args({8, 1})->Unit(benchmark::kMillisecond);
BENCHMARK(vit_s14)->Args({1, 2})->Args({8, 2})->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(vit_b14)->Args({1, 1})->Unit(benchmark::kMillisecond);
BENCHMARK(vit_b14)->Args({1, 2})->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
