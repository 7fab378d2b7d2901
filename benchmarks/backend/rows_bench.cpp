// SPDX-License-Identifier: MIT
// Kernels over elements, rows and columns at the sizes of a ViT-B/14 on one photo of 224² and of the aggregators behind it, on one thread:
// bytes read and written a second. VPR_ISA=… measures another instruction set.
#include "tests/support/random.hpp"

#include <vpr/backend/cpu.hpp>
#include <vpr/core/parallel.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>

namespace {

using B = vpr::Cpu<vpr::f32>;
using T = vpr::Tensor<B>;

T random(vpr::Shape shape, std::uint64_t seed) { return T::from(shape, random_floats(shape.elements(), seed)); }

/// Times `body(out)` and counts the bytes of `inputs` and of its result.
template <class Body>
void measure(benchmark::State& state, std::initializer_list<const T*> inputs, T out, const Body& body) {
  vpr::set_thread_count(1);
  body(out);
  if (!std::all_of(out.data(), out.data() + out.elements(), [](float x) { return std::isfinite(x); }))
    return state.SkipWithError("the result is not finite");
  for (auto _ : state) {
    body(out);
    benchmark::ClobberMemory();
  }
  std::int64_t elements = out.elements();
  for (const T* input : inputs) elements += input->elements();
  state.SetBytesProcessed(state.iterations() * elements * static_cast<std::int64_t>(sizeof(float)));
}

void layer_norm(benchmark::State& state) {
  const T x = random({257, 768}, 1), gamma = random({768}, 2), beta = random({768}, 3);
  measure(state, {&x}, T(x.shape()), [&](T& out) { B::layer_norm(x, gamma, beta, 1e-6F, out); });
}

void layer_norm_gradient(benchmark::State& state) {
  const T x = random({257, 768}, 1), gamma = random({768}, 2), dy = random({257, 768}, 3);
  measure(state, {&x, &dy}, T(x.shape()), [&](T& out) { B::layer_norm_gradient(x, gamma, 1e-6F, dy, out); });
}

void softmax(benchmark::State& state) {
  const T x = random({257, 257}, 1);
  measure(state, {&x}, T(x.shape()), [&](T& out) { B::softmax(x, out); });
}

void gelu(benchmark::State& state) {
  const T x = random({257, 3072}, 1);
  measure(state, {&x}, T(x.shape()), [&](T& out) { B::gelu(x, out); });
}

void gelu_gradient(benchmark::State& state) {
  const T x = random({257, 3072}, 1), dy = random({257, 3072}, 2);
  measure(state, {&x, &dy}, T(x.shape()), [&](T& out) { B::gelu_gradient(x, dy, out); });
}

void quick_gelu(benchmark::State& state) {
  const T x = random({257, 3072}, 1);
  measure(state, {&x}, T(x.shape()), [&](T& out) { B::quick_gelu(x, out); });
}

void silu_gate(benchmark::State& state) {
  const T x = random({257, 6144}, 1);
  measure(state, {&x}, T({257, 3072}), [&](T& out) { B::silu_gate(x, out); });
}

void add_gated(benchmark::State& state) {
  const T x = random({257, 768}, 1), y = random({257, 768}, 2), gamma = random({768}, 3);
  measure(state, {&x, &y}, T(x.shape()), [&](T& out) { B::add_gated(x, y, gamma, out); });
}

void l2_normalize(benchmark::State& state) {
  const T x = random({256, 768}, 1);
  measure(state, {&x}, T(x.shape()), [&](T& out) { B::l2_normalize(x, 1e-12F, out); });
}

void column_sums(benchmark::State& state) {
  const T x = random({257, 768}, 1);
  measure(state, {&x}, T({768}), [&](T& out) { B::column_sums(x, T(), out); });
}

void gem(benchmark::State& state) {
  const T x = random({1, 256, 768}, 1), power = T::full({1}, 3);
  measure(state, {&x}, T({1, 768}), [&](T& out) { B::gem(x, power, 1e-6F, out); });
}

void residual_sums(benchmark::State& state) {
  const T x = random({1, 256, 768}, 1), assignment = random({1, 256, 64}, 2), centres = random({64, 768}, 3);
  measure(state, {&x, &assignment, &centres}, T({1, 64, 768}), [&](T& out) { B::residual_sums(x, assignment, centres, out); });
}

void optimal_transport(benchmark::State& state) {
  const T scores = random({1, 256, 64}, 1), dustbin = T::full({1}, 1);
  measure(state, {&scores}, T({1, 256, 65}), [&](T& out) { B::optimal_transport(scores, dustbin, 3, out); });
}

void distances(benchmark::State& state) {
  const T x = random({120, 8448}, 1);
  measure(state, {&x}, T({120, 120}), [&](T& out) { B::distances(x, x, out); });
}

BENCHMARK(layer_norm)->Unit(benchmark::kMicrosecond);
BENCHMARK(layer_norm_gradient)->Unit(benchmark::kMicrosecond);
BENCHMARK(softmax)->Unit(benchmark::kMicrosecond);
BENCHMARK(gelu)->Unit(benchmark::kMicrosecond);
BENCHMARK(gelu_gradient)->Unit(benchmark::kMicrosecond);
BENCHMARK(quick_gelu)->Unit(benchmark::kMicrosecond);
BENCHMARK(silu_gate)->Unit(benchmark::kMicrosecond);
BENCHMARK(add_gated)->Unit(benchmark::kMicrosecond);
BENCHMARK(l2_normalize)->Unit(benchmark::kMicrosecond);
BENCHMARK(column_sums)->Unit(benchmark::kMicrosecond);
BENCHMARK(gem)->Unit(benchmark::kMicrosecond);
BENCHMARK(residual_sums)->Unit(benchmark::kMicrosecond);
BENCHMARK(optimal_transport)->Unit(benchmark::kMicrosecond);
BENCHMARK(distances)->Unit(benchmark::kMicrosecond);

}  // namespace
