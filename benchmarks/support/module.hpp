// SPDX-License-Identifier: MIT
/// @file
/// The time of a module on photos, whose result peers compare.
#pragma once

#include "benchmarks/support/left.hpp"

#include <vpr/core/execution.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <string>

namespace vpr::bench {

/// A module with what it was given and what it made of it.
template <class Module>
struct LeftModule {
  Module& module;
  Tensor<Cpu<>>&x, &y;
  void visit(const auto& visitor, const std::string&) {
    module.visit(visitor, "module.");
    visitor("x", x);
    visitor("y", y);
  }
};

/// Times `call(x)` on the threads of the benchmark's second argument, after it leaves the module, x and the result for peers.
template <class Module, class Call>
void time_module(benchmark::State& state, const std::string& name, Module& module, Tensor<Cpu<>> x, const Call& call) {
  const Execution execution(static_cast<int>(state.range(1)));
  const ExecutionScope scope(execution);
  Tensor<Cpu<>> y = call(x);
  if (!std::all_of(y.data(), y.data() + y.elements(), [](float value) { return std::isfinite(value); }))
    return state.SkipWithError("the result is not finite");
  leave(name + "_" + std::to_string(state.range(0)), LeftModule<Module>{module, x, y});
  for (auto _ : state) benchmark::DoNotOptimize(call(x));
  state.counters["memory_MB"] = static_cast<double>(execution.memory().peak) / 1e6;  // beside the weights
}

inline void photos_and_threads(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"photos", "threads"})->ArgsProduct({{1, 8}, {1, 2}})->Unit(benchmark::kMillisecond)->UseRealTime();
}

}  // namespace vpr::bench
