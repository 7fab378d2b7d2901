// SPDX-License-Identifier: MIT
// Every op and its gradient, at the size that its spec gives (tests/specs), on one thread: floating-point operations a second where arithmetic
// bounds it, else bytes read and written. An op that overwrites its input is given a copy, whose making is not timed. VPR_ISA=… measures another
// instruction set.
#include "benchmarks/support/clock.hpp"
#include "tests/specs/all.hpp"
#include "tests/support/random.hpp"

#include <vpr/backend/cpu.hpp>
#include <vpr/core/parallel.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <string>

namespace {

using namespace vpr::test;
using B = vpr::Cpu<vpr::f32>;
using T = vpr::Tensor<B>;
using V = vpr::Var<B>;

/// Values in the operand's range.
T random(const Operand& operand, std::uint64_t seed) {
  const vpr::Shape shape = operand.of(1);
  std::vector<float> values = random_floats(shape.elements(), seed);
  for (float& value : values) value = operand.low + (value + 1) / 2 * (operand.high - operand.low);
  return T::from(shape, values);
}

/// Times `work(in)` for copies of `inputs`, and counts `flops`, or `bytes` where there are none.
template <class X, class Work>
void measure(benchmark::State& state, const Inputs<X>& inputs, double flops, std::int64_t bytes, const Work& work) {
  for (auto _ : state) {
    Inputs<X> in = inputs;
    const double start = vpr::bench::seconds();
    work(in);
    state.SetIterationTime(vpr::bench::seconds() - start);
  }
  if (flops > 0)
    state.counters["FLOP/s"] = benchmark::Counter(flops, benchmark::Counter::kIsIterationInvariantRate);
  else
    state.SetBytesProcessed(state.iterations() * bytes);
}

template <class S>
void add_rows() {
  using Settings = std::decay_t<decltype(S::speed().settings)>;
  const auto run = [](benchmark::State& state, bool gradient) {
    vpr::set_thread_count(1);
    const Case<Settings> one = S::speed();
    Inputs<T> inputs;
    for (const Operand& operand : one.inputs) inputs.push_back(random(operand, 1 + inputs.size()));
    Inputs<T> copies = inputs;
    const T result = S::apply(copies, one.settings);
    if (!std::all_of(result.data(), result.data() + result.elements(), [](float x) { return std::isfinite(x); }))
      return state.SkipWithError("the result is not finite");
    std::int64_t elements = result.elements();
    for (const T& input : inputs) elements += input.elements();
    const auto bytes = elements * static_cast<std::int64_t>(sizeof(float));
    if (!gradient) {
      return measure(state, inputs, one.flops, bytes, [&](Inputs<T>& in) { benchmark::DoNotOptimize(S::apply(in, one.settings)); });
    }
    if constexpr (has_gradient<S>) {
      Inputs<V> leaves;
      for (std::size_t i = 0; i < inputs.size(); ++i) leaves.emplace_back(inputs[i], !one.inputs[i].constant);
      const T cotangent = T::full(result.shape(), 1);
      // Of a recorded op: the result, and the gradients of all inputs.
      measure(state, leaves, 3 * one.flops, 3 * bytes, [&](Inputs<V>& in) {
        S::apply(in, one.settings).backward(cotangent);
        for (V& leaf : leaves) leaf.clear_gradient();
      });
    }
  };
  for (const bool gradient : {false, true}) {
    if (gradient && !has_gradient<S>) continue;
    benchmark::RegisterBenchmark((std::string(S::name) + (gradient ? "/recorded" : "")).c_str(), run, gradient)
        ->UseManualTime()
        ->Unit(benchmark::kMicrosecond);
  }
}

template <class... S>
bool add_all(Specs<S...>) {
  (add_rows<S>(), ...);
  return true;
}

const bool added = add_all(AllSpecs());

}  // namespace
