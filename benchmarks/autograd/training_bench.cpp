// SPDX-License-Identifier: MIT
// `train_*`: milliseconds for a forward and a backward pass, in float32, and with the blocks' products in bf16, and the most memory that they need
// beside what the process had; arguments: photos in the batch, threads. `memory_*`: the most memory that whole steps of a recipe need, loss, miner
// and Adam included; arguments: photos, whether blocks are checkpointed.
#include "benchmarks/support/memory.hpp"
#include "tests/support/random.hpp"

#include <vpr/core/execution.hpp>
#include <vpr/layer/initialise.hpp>
#include <vpr/model/precision.hpp>
#include <vpr/model/recipes.hpp>
#include <vpr/model/systems.hpp>
#include <vpr/train/adam.hpp>

#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdint>
#include <string_view>
#include <vector>

namespace {

using Plain = vpr::Cpu<vpr::f32>;
using Recorded = vpr::Recorded<Plain>;
using System = vpr::AnySystem<Recorded>;
using X = System::X;

X photos(std::int64_t count) {
  return X(vpr::Tensor<Plain>::from(vpr::Shape{count, 3, 224, 224}, random_floats(count * 3 * 224 * 224, 7)));
}

void forward_and_backward(const System& system, const X& images) {
  const X y = system.pipeline(images);
  y.backward(vpr::Tensor<Plain>::full(y.shape(), 1));
}

void pass(benchmark::State& state, std::string_view model, std::int64_t tuned_blocks, vpr::Precision precision) {
  vpr::bench::start_peak_memory();
  const double before = vpr::bench::peak_memory();
  auto system = vpr::make_system<Recorded>(model);
  vpr::initialise(system, 1);
  vpr::freeze_backbone(system, tuned_blocks);
  vpr::train_blocks_in(system, precision);
  const X images = photos(state.range(0));
  const vpr::Execution execution(static_cast<int>(state.range(1)));
  const vpr::ExecutionScope scope(execution);  // as that of a trainer
  forward_and_backward(system, images);
  bool finite = true;
  vpr::visit_const(system, [&](const std::string&, const auto& parameter) {
    finite &= parameter.gradient().empty() || std::isfinite(parameter.gradient().data()[0]);
  });
  if (!finite) return state.SkipWithError("a gradient is not finite");
  for (auto _ : state) {
    system.visit([](const std::string&, auto& parameter) { parameter.clear_gradient(); }, "");
    forward_and_backward(system, images);
  }
  state.counters["peak_MB"] = (vpr::bench::peak_memory() - before) / 1e6;
}

/// Two steps of a recipe over photos of two places, the second of which has all that the optimiser remembers.
void memory(benchmark::State& state, std::string_view name, std::string_view model) {
  vpr::bench::start_peak_memory();
  const vpr::Recipe& recipe = vpr::find_recipe(name);
  auto system = vpr::make_system<Recorded>(model);
  vpr::initialise(system, 1);
  vpr::freeze_backbone(system, recipe);
  system.pipeline.backbone.set_checkpointing(state.range(1) != 0);
  const std::int64_t count = state.range(0);
  const X images = photos(count);
  std::vector<std::int64_t> places;
  for (std::int64_t i = 0; i < count; ++i) places.push_back(i * 2 / count);
  vpr::Adam<Plain> adam(system, {.rate = 1e-5});
  for (auto _ : state) {
    for (int step = 0; step < 2; ++step) {
      const auto features = system.pipeline.backbone(images);
      const X loss =
          recipe.loss({system.pipeline.aggregator(features), recipe.loss.is_local() ? system.head(features).tokens : X()}, places);
      if (!(loss.to_vector()[0] > 0)) return state.SkipWithError("the loss is not above 0: nothing is learned");
      loss.backward();
      adam.step(vpr::ConstantRate(), step);
    }
  }
  state.counters["peak_MB"] = vpr::bench::peak_memory() / 1e6;
}

/// `model` with its last blocks trained, and its heads and adapters.
int register_training(const std::string& name, std::string_view model, std::int64_t tuned_blocks) {
  for (const vpr::Precision precision : {vpr::Precision::f32, vpr::Precision::bf16}) {
    const std::string suffix = precision == vpr::Precision::f32 ? "" : "_bf16";
    const auto run = [=](benchmark::State& state) { pass(state, model, tuned_blocks, precision); };
    benchmark::RegisterBenchmark((name + suffix).c_str(), run)->ArgsProduct({{8}, {1, 2}})->Unit(benchmark::kMillisecond)->UseRealTime();
  }
  return 0;
}

[[maybe_unused]] const int registered =
    register_training("train_selavpr", "selavpr-global@dinov2-vitb14", 0) + register_training("train_salad", "salad", 4);

/// SALAD as published: ViT-B/14, the last four blocks and the aggregator, by the multi-similarity loss of mined pairs.
void memory_salad(benchmark::State& state) { memory(state, "salad", "salad"); }

/// SelaVPR over ViT-B/14: adapters in every block of a frozen network, GeM and the local head, by the triplet and the local loss.
void memory_selavpr(benchmark::State& state) { memory(state, "selavpr", "selavpr@dinov2-vitb14"); }

BENCHMARK(memory_salad)->Args({8, 0})->Args({8, 1})->Iterations(1)->Unit(benchmark::kSecond)->UseRealTime();
BENCHMARK(memory_selavpr)->Args({8, 0})->Args({8, 1})->Iterations(1)->Unit(benchmark::kSecond)->UseRealTime();

}  // namespace
