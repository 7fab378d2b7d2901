// SPDX-License-Identifier: MIT
// Training DINOv2 in float32: milliseconds for a forward and a backward pass, and the most memory that whole steps with Adam need.
// Arguments of the times: photos in the batch, threads; of the memory: photos, blocks trained (the last ones), whether they are checkpointed.
#include "benchmarks/support/memory.hpp"
#include "tests/support/random.hpp"

#include <vpr/aggregator/gem.hpp>
#include <vpr/autograd.hpp>
#include <vpr/backbone/dinov2.hpp>
#include <vpr/core/parallel.hpp>
#include <vpr/layer/initialise.hpp>
#include <vpr/train/adam.hpp>

#include <benchmark/benchmark.h>

#include <cmath>
#include <string>

namespace {

using Plain = vpr::Cpu<vpr::f32>;
using Recorded = vpr::Recorded<Plain>;

/// A network with a GeM on top, of which the last blocks and all after them are trained.
template <class Config>
struct Model {
  vpr::DinoV2<Config, vpr::NoAdapter, Recorded> network;
  vpr::GeM<Recorded> head;

  explicit Model(std::int64_t trained_blocks) {
    vpr::initialise(network, 1);
    vpr::freeze(*this, "");
    for (std::int64_t i = network.config().depth - trained_blocks; i < network.config().depth; ++i) {
      vpr::unfreeze(*this, "backbone.blocks." + std::to_string(i) + ".");
    }
    vpr::unfreeze(*this, "backbone.norm.");
    vpr::unfreeze(*this, "aggregator.");
  }

  void forward_and_backward(const vpr::Tensor<Plain>& images) const {
    const vpr::Var<Plain> y = head(network(vpr::Var<Plain>(images)));
    y.backward(vpr::Tensor<Plain>::full(y.shape(), 1));
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    network.visit(visitor, prefix + "backbone.");
    head.visit(visitor, prefix + "aggregator.");
  }
};

vpr::Tensor<Plain> photos(std::int64_t count) {
  return vpr::Tensor<Plain>::from(vpr::Shape{count, 3, 224, 224}, random_floats(count * 3 * 224 * 224, 7));
}

template <class Config>
void pass(benchmark::State& state) {
  Model<Config> model(4);
  const vpr::Tensor<Plain> images = photos(state.range(0));
  vpr::set_thread_count(static_cast<int>(state.range(1)));
  model.forward_and_backward(images);
  bool finite = true;
  model.visit([&](const std::string&, auto& parameter) { finite &= parameter.gradient().empty() || std::isfinite(parameter.gradient().data()[0]); }, "");
  if (!finite) return state.SkipWithError("a gradient is not finite");
  for (auto _ : state) model.forward_and_backward(images);
}

template <class Config>
void memory(benchmark::State& state) {
  vpr::bench::start_peak_memory();
  Model<Config> model(state.range(1));
  model.network.set_checkpointing(state.range(2) != 0);
  const vpr::Tensor<Plain> images = photos(state.range(0));
  vpr::Adam<Plain> adam(model, {.rate = 1e-5});
  for (auto _ : state) {
    for (int step = 0; step < 2; ++step) {
      model.forward_and_backward(images);
      adam.step(vpr::ConstantRate(), step);
    }
  }
  state.counters["peak_MB"] = vpr::bench::peak_memory() / 1e6;
}

void train_s14(benchmark::State& state) { pass<vpr::ViTS14>(state); }
void train_b14(benchmark::State& state) { pass<vpr::ViTB14>(state); }
void memory_b14(benchmark::State& state) { memory<vpr::ViTB14>(state); }

BENCHMARK(train_s14)->Args({4, 1})->Args({4, 2})->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(train_b14)->Args({4, 2})->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(memory_b14)->Args({8, 4, 0})->Args({8, 4, 1})->Args({8, 12, 0})->Args({8, 12, 1})->Iterations(1)->Unit(benchmark::kSecond)->UseRealTime();

}  // namespace
