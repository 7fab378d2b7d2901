// SPDX-License-Identifier: MIT
// `train_*`: milliseconds for a forward and a backward pass of DINOv2 with its last four blocks and a GeM trained, in float32, and with the
// blocks' products in bf16; arguments: photos in the batch, threads. `memory_*`: the most memory that whole steps of a recipe need, loss, miner and Adam included; arguments: photos,
// whether blocks are checkpointed.
#include "benchmarks/support/memory.hpp"
#include "tests/support/random.hpp"

#include <vpr/aggregator/gem.hpp>
#include <vpr/autograd.hpp>
#include <vpr/backbone/dinov2.hpp>
#include <vpr/core/execution.hpp>
#include <vpr/layer/initialise.hpp>
#include <vpr/loss/multi_similarity.hpp>
#include <vpr/loss/selavpr.hpp>
#include <vpr/model/precision.hpp>
#include <vpr/model/recipes.hpp>
#include <vpr/model/salad.hpp>
#include <vpr/model/selavpr.hpp>
#include <vpr/train/adam.hpp>

#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace {

using Plain = vpr::Cpu<vpr::f32>;
using Recorded = vpr::Recorded<Plain>;

/// A network with an aggregator on top. Nothing of the network is trained until unfrozen.
template <class Config, class Head>
struct Model {
  vpr::DinoV2<Config, vpr::NoAdapter, Recorded> network;
  Head head;

  Model() {
    vpr::initialise(*this, 1);
    vpr::freeze(*this, "backbone.");
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

template <class M>
void train_last_blocks(M& model, std::int64_t blocks) {
  for (std::int64_t i = model.network.config().depth - blocks; i < model.network.config().depth; ++i) {
    vpr::unfreeze(model, "backbone.blocks." + std::to_string(i) + ".");
  }
  vpr::unfreeze(model, "backbone.norm.");
}

vpr::Tensor<Plain> photos(std::int64_t count) {
  return vpr::Tensor<Plain>::from(vpr::Shape{count, 3, 224, 224}, random_floats(count * 3 * 224 * 224, 7));
}

template <class Config>
void pass(benchmark::State& state, vpr::Precision precision) {
  Model<Config, vpr::GeM<Recorded>> model;
  train_last_blocks(model, 4);
  vpr::train_blocks_in(model.network, precision);
  const vpr::Tensor<Plain> images = photos(state.range(0));
  const vpr::Execution execution(static_cast<int>(state.range(1)));
  const vpr::ExecutionScope scope(execution);  // as that of a trainer
  model.forward_and_backward(images);
  bool finite = true;
  model.visit(
      [&](const std::string&, auto& parameter) { finite &= parameter.gradient().empty() || std::isfinite(parameter.gradient().data()[0]); },
      "");
  if (!finite) return state.SkipWithError("a gradient is not finite");
  for (auto _ : state) model.forward_and_backward(images);
}

/// Two steps of a recipe over photos of two places, the second of which has all that the optimiser remembers. `make()` gives the system,
/// `loss_of(system, images, places)` its loss.
template <class Make, class Loss>
void memory(benchmark::State& state, const char* recipe, const Make& make, const Loss& loss_of) {
  vpr::bench::start_peak_memory();
  auto system = make();
  vpr::initialise(system, 1);
  vpr::freeze_backbone(system, vpr::find_recipe(recipe).tuned_blocks);
  vpr::first_stage_of(system).backbone.set_checkpointing(state.range(1) != 0);
  const std::int64_t count = state.range(0);
  const vpr::Var<Plain> images(photos(count));
  std::vector<std::int64_t> places;
  for (std::int64_t i = 0; i < count; ++i) places.push_back(i * 2 / count);
  vpr::Adam<Plain> adam(system, {.rate = 1e-5});
  for (auto _ : state) {
    for (int step = 0; step < 2; ++step) {
      const vpr::Var<Plain> loss = loss_of(system, images, places);
      if (!(loss.to_vector()[0] > 0)) return state.SkipWithError("the loss is not above 0: nothing is learned");
      loss.backward();
      adam.step(vpr::ConstantRate(), step);
    }
  }
  state.counters["peak_MB"] = vpr::bench::peak_memory() / 1e6;
}

void train_s14(benchmark::State& state) { pass<vpr::ViTS14>(state, vpr::Precision::f32); }
void train_b14(benchmark::State& state) { pass<vpr::ViTB14>(state, vpr::Precision::f32); }
void train_s14_bf16(benchmark::State& state) { pass<vpr::ViTS14>(state, vpr::Precision::bf16); }
void train_b14_bf16(benchmark::State& state) { pass<vpr::ViTB14>(state, vpr::Precision::bf16); }

/// SALAD as published: ViT-B/14, the last four blocks and the aggregator, by the multi-similarity loss of mined pairs.
void memory_salad(benchmark::State& state) {
  memory(
      state, "salad", [] { return vpr::make_salad<Recorded>({}, vpr::ViTB14{}); },
      [](const auto& system, const auto& images, const auto& places) { return vpr::MultiSimilarityLoss<>()(system(images), places); });
}

/// SelaVPR over ViT-B/14: adapters in every block of a frozen network, GeM and the local head, by the triplet and the local loss.
void memory_selavpr(benchmark::State& state) {
  memory(
      state, "selavpr", [] { return vpr::make_selavpr<Recorded, vpr::SelaAdapters>(vpr::ViTB14{}); },
      [](const auto& system, const auto& images, const auto& places) {
        const auto [descriptors, local] = system(images);
        return vpr::SelaVprLoss()(descriptors, local.tokens, places);
      });
}

BENCHMARK(train_s14)->Args({4, 1})->Args({4, 2})->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(train_b14)->Args({4, 1})->Args({4, 2})->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(train_s14_bf16)->Args({4, 1})->Args({4, 2})->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(train_b14_bf16)->Args({4, 1})->Args({4, 2})->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(memory_salad)->Args({8, 0})->Args({8, 1})->Iterations(1)->Unit(benchmark::kSecond)->UseRealTime();
BENCHMARK(memory_selavpr)->Args({8, 0})->Args({8, 1})->Iterations(1)->Unit(benchmark::kSecond)->UseRealTime();

}  // namespace
