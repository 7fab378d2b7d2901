// SPDX-License-Identifier: MIT
// Attention of a joint projection on one thread, in float32 and of a network in bf16: floating-point operations a second of its two products, and the
// share of this core's peak in that precision.
// Arguments: images, tokens, heads, depth. VPR_ISA=… measures another instruction set.
#include "benchmarks/support/peak.hpp"
#include "tests/support/random.hpp"

#include <vpr/backend/cpu.hpp>
#include <vpr/core/parallel.hpp>

#include <benchmark/benchmark.h>

#include <cmath>

namespace {

using B = vpr::Cpu<vpr::f32>;
using T = vpr::Tensor<B>;

void attention(benchmark::State& state, vpr::Precision precision) {
  const std::int64_t images = state.range(0), tokens = state.range(1), heads = state.range(2), channels = heads * state.range(3);
  vpr::set_thread_count(1);
  const T x = T::from({images, tokens, 3 * channels}, random_floats(images * tokens * 3 * channels, 1));
  T out({images, tokens, channels});
  const auto operand = [&](std::int64_t column) { return vpr::AttentionOperand<float>{x.data() + column, tokens, 3 * channels}; };
  const auto attend = [&] { B::attention(operand(0), operand(channels), operand(2 * channels), heads, out, precision); };
  attend();
  for (std::int64_t i = 0; i < out.elements(); ++i) {
    if (!std::isfinite(out.data()[i])) return state.SkipWithError("the result is not finite");
  }
  for (auto _ : state) {
    attend();
    benchmark::ClobberMemory();
  }
  const double work = 4.0 * static_cast<double>(images * tokens * tokens * channels);
  const double peak = vpr::bench::peak(precision);
  state.counters["GFLOP/s"] = benchmark::Counter(work / 1e9, benchmark::Counter::kIsIterationInvariantRate);
  state.counters["of_peak"] = benchmark::Counter(work / peak, benchmark::Counter::kIsIterationInvariantRate);
}

// ViT-B/14 at 224² and at 518², ViT-S/14, other depths; CricaVPR's encoder over 14 regions of 1, 8 and 16 photos.
void sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->Args({1, 257, 12, 64})
      ->Args({1, 1370, 12, 64})
      ->Args({1, 257, 6, 64})
      ->Args({1, 257, 16, 32})
      ->Args({1, 257, 16, 48})
      ->Args({1, 257, 16, 80})
      ->Args({1, 257, 8, 96})
      ->Args({1, 257, 6, 128})
      ->Args({14, 1, 16, 48})
      ->Args({14, 8, 16, 48})
      ->Args({14, 16, 16, 48})
      ->Unit(benchmark::kMicrosecond);
}
BENCHMARK_CAPTURE(attention, f32, vpr::Precision::f32)->Apply(sizes);
BENCHMARK_CAPTURE(attention, bf16, vpr::Precision::bf16)->Apply(sizes);

}  // namespace
