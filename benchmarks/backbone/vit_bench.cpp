// SPDX-License-Identifier: MIT
// DINOv2 in each precision: milliseconds a batch, and the share of this core's peak in that precision. Arguments: photos in the batch, threads,
// side in pixels.
#include "benchmarks/support/peak.hpp"
#include "tests/support/random.hpp"

#include <vpr/backbone/dinov2.hpp>
#include <vpr/core/parallel.hpp>
#include <vpr/model/smoothing.hpp>

#include <benchmark/benchmark.h>

#include <cmath>

namespace {

/// Multiply-adds of a forward pass of one photo, counted as two operations each.
double flops(const vpr::VitConfig& config, std::int64_t side) {
  const auto patches = static_cast<double>(side / 14 * (side / 14)), tokens = patches + 1, channels = static_cast<double>(config.channels);
  const double block = 2 * tokens * channels * channels * 12 + 4 * tokens * tokens * channels;
  return static_cast<double>(config.depth) * block + 2 * patches * 588 * channels;
}

vpr::Tensor<vpr::Cpu<>> photos_of(std::int64_t count, std::int64_t side, std::uint64_t seed) {
  return vpr::Tensor<vpr::Cpu<>>::from(vpr::Shape{count, 3, side, side}, random_floats(count * 3 * side * side, seed));
}

/// In int8 smoothed by another photo than those that are described.
template <class Config>
vpr::DinoV2<Config> random_network(vpr::Precision precision) {
  vpr::DinoV2<Config> network;
  if (precision != vpr::Precision::int8) vpr::hold_blocks_in(network, precision);
  std::uint64_t seed = 1;
  network.visit(
      [&](const std::string&, auto& parameter) {
        std::vector<float> values = random_floats(parameter.shape().elements(), seed++);
        for (float& value : values) value *= 0.05F;
        parameter.assign(std::span<const float>(values));
      },
      "");
  const auto photo = photos_of(1, 224, 99);
  if (precision == vpr::Precision::int8) vpr::hold_blocks_smoothed(network, precision, std::span(&photo, 1));
  return network;
}

/// The least cosine of a row to that of another precision.
double least_cosine(const vpr::Tensor<vpr::Cpu<>>& a, const vpr::Tensor<vpr::Cpu<>>& b) {
  double least = 1;
  const std::int64_t channels = a.shape().last();
  for (std::int64_t row = 0; row < a.shape().rows(); ++row) {
    double ab = 0, aa = 0, bb = 0;
    for (std::int64_t c = row * channels; c < (row + 1) * channels; ++c) {
      ab += static_cast<double>(a.data()[c]) * static_cast<double>(b.data()[c]);
      aa += static_cast<double>(a.data()[c]) * static_cast<double>(a.data()[c]);
      bb += static_cast<double>(b.data()[c]) * static_cast<double>(b.data()[c]);
    }
    const double cosine = ab / std::sqrt(aa * bb);
    least = cosine >= least ? least : cosine;  // a NaN is kept
  }
  return least;
}

template <class Config>
void vit(benchmark::State& state, vpr::Precision precision) {
  const std::int64_t photos = state.range(0), side = state.range(2);
  const auto images = photos_of(photos, side, 7);
  const vpr::DinoV2<Config> network = random_network<Config>(precision);
  const auto exact = random_network<Config>(vpr::Precision::f32)(images);
  const vpr::Execution execution(static_cast<int>(state.range(1)));
  const vpr::ExecutionScope scope(execution);
  const auto found = network(images);
  const double token = least_cosine(found.cls, exact.cls), patch = least_cosine(found.patches, exact.patches);
  const bool bytes = precision == vpr::Precision::int8;
  if (!(token >= (bytes ? 0.9995 : 0.9999) && patch >= (bytes ? 0.998 : 0.9995))) return state.SkipWithError("wrong features");
  for (auto _ : state) benchmark::DoNotOptimize(network(images));
  const double work = flops(network.config(), side) * static_cast<double>(photos), peak = vpr::bench::peak(precision);
  state.counters["cosine"] = patch;                                                  // of the worst patch to that in float32
  state.counters["memory_MB"] = static_cast<double>(execution.memory().peak) / 1e6;  // beside the weights
  state.counters["GFLOP/s"] = benchmark::Counter(work / 1e9, benchmark::Counter::kIsIterationInvariantRate);
  state.counters["of_peak"] =
      benchmark::Counter(work / peak / static_cast<double>(state.range(1)), benchmark::Counter::kIsIterationInvariantRate);
}

template <class Config>
int register_all(const std::string& size) {
  for (const vpr::Precision precision : {vpr::Precision::f32, vpr::Precision::bf16, vpr::Precision::int8}) {
    const std::string name = "vit_" + size + "14_" + std::string(name_of(precision));
    const auto run = [precision](benchmark::State& state) { vit<Config>(state, precision); };
    // Two threads are timed by the clock on the wall, one by the processor's.
    benchmark::RegisterBenchmark(name.c_str(), run)->Args({1, 1, 224})->Args({8, 1, 224})->Args({1, 1, 518})->Unit(benchmark::kMillisecond);
    benchmark::RegisterBenchmark(name.c_str(), run)->Args({1, 2, 224})->Args({8, 2, 224})->Unit(benchmark::kMillisecond)->UseRealTime();
  }
  return 0;
}

[[maybe_unused]] const int registered = register_all<vpr::ViTS14>("s") + register_all<vpr::ViTB14>("b");

}  // namespace
