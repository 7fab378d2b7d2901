// SPDX-License-Identifier: MIT
// ResNet-50 at 320×320 and VGG-16 up to conv5_3 at 480×640, one photo on one thread: milliseconds.
#include "tests/support/random.hpp"

#include <vpr/backbone/resnet.hpp>
#include <vpr/backbone/vgg.hpp>
#include <vpr/core/execution.hpp>
#include <vpr/layer/initialise.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>

namespace {

template <class Network>
void network(benchmark::State& state, std::int64_t height, std::int64_t width) {
  Network model;
  vpr::initialise(model, 1);
  vpr::fold_batch_norm(model);
  const auto image = vpr::Tensor<vpr::Cpu<>>::from(vpr::Shape{1, 3, height, width}, random_floats(3 * height * width, 7));
  const vpr::Execution execution(1);
  const vpr::ExecutionScope scope(execution);
  const std::vector<float> features = model(image).patches.to_vector();
  const bool finite = std::all_of(features.begin(), features.end(), [](float x) { return std::isfinite(x); });
  if (!finite || std::count(features.begin(), features.end(), 0.0F) == std::ssize(features)) return state.SkipWithError("wrong features");
  for (auto _ : state) benchmark::DoNotOptimize(model(image));
  state.counters["memory_MB"] = static_cast<double>(execution.memory().peak) / 1e6;  // beside the weights
}

void resnet50(benchmark::State& state) { network<vpr::ResNet<>>(state, 320, 320); }
void vgg16(benchmark::State& state) { network<vpr::Vgg<>>(state, 480, 640); }

BENCHMARK(resnet50)->Unit(benchmark::kMillisecond);
BENCHMARK(vgg16)->Unit(benchmark::kMillisecond);

}  // namespace
