// SPDX-License-Identifier: MIT
// Products with a packed weight, as a ViT-B has them, in each precision: GFLOP/s and the share of this core's peak in that precision, measured
// beside each product. Arguments: rows, inputs, outputs, precision, threads. VPR_ISA chooses the instruction set.
#include "benchmarks/support/clock.hpp"
#include "benchmarks/support/peak.hpp"
#include "tests/support/random.hpp"

#include <vpr/backend/cpu/packed_matrix.hpp>
#include <vpr/core/parallel.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <vector>

/// Eigen's product x Wᵀ, compiled for AVX2: see eigen_product.cpp.
void eigen_product(const float* x, const float* weight, std::int64_t rows, std::int64_t inputs, std::int64_t outputs, float* out);

namespace {

using vpr::Precision;

struct Operands {
  std::int64_t rows, inputs, outputs;
  std::vector<float> x, weight, out;

  explicit Operands(const benchmark::State& state) : Operands(state.range(0), state.range(1), state.range(2)) {}
  Operands(std::int64_t rows_, std::int64_t inputs_, std::int64_t outputs_)
      : rows(rows_),
        inputs(inputs_),
        outputs(outputs_),
        x(random_floats(rows * inputs, 1)),
        weight(random_floats(outputs * inputs, 2)),
        out(static_cast<std::size_t>(rows * outputs)) {}

  double work() const { return 2.0 * static_cast<double>(rows * inputs * outputs); }

  /// Whether some elements are within `tolerance` of the product's usual size.
  bool right(double tolerance) const {
    for (std::size_t i = 0; i < out.size(); i += 1 + out.size() / 97) {
      double sum = 0;
      const auto width = static_cast<std::size_t>(inputs), row = i / static_cast<std::size_t>(outputs),
                 column = i % static_cast<std::size_t>(outputs);
      for (std::size_t k = 0; k < width; ++k)
        sum += static_cast<double>(x[row * width + k]) * static_cast<double>(weight[column * width + k]);
      if (!(std::abs(static_cast<double>(out[i]) - sum) <= tolerance * std::sqrt(static_cast<double>(inputs)))) return false;
    }
    return true;
  }
};

/// Seconds by the clock on the wall, or of one thread by the processor's.
double seconds(int threads) {
  if (threads == 1) return vpr::bench::thread_seconds();
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Times `product` of `work` operations, each run beside one of the peak; reports the median share.
template <class Product>
void measure(benchmark::State& state, double work, Precision precision, int threads, const Product& product) {
  std::vector<double> shares;
  for (auto _ : state) {
    const double peak = vpr::bench::peak(precision, 1), start = seconds(threads);
    product();
    const double took = seconds(threads) - start;
    state.SetIterationTime(took);
    shares.push_back(work / took / peak / threads);
  }
  std::nth_element(shares.begin(), shares.begin() + static_cast<std::ptrdiff_t>(shares.size() / 2), shares.end());
  state.counters["GFLOP/s"] = benchmark::Counter(work / 1e9, benchmark::Counter::kIsIterationInvariantRate);
  state.counters["of_peak"] = shares[shares.size() / 2];
  state.SetLabel(std::string(name_of(vpr::instruction_set())) + ' ' + std::string(name_of(precision)));
}

void packed_product(benchmark::State& state) {
  Operands operands(state);
  const auto precision = static_cast<Precision>(state.range(3));
  const int threads = static_cast<int>(state.range(4));
  const auto matrix = vpr::PackedMatrix::from(vpr::Shape{operands.outputs, operands.inputs}, operands.weight, precision);
  const vpr::ExecutionScope scope{vpr::Execution(threads)};
  const auto product = [&] { matrix.multiply({operands.x.data(), operands.inputs, operands.rows}, {}, operands.out.data()); };
  product();
  if (!operands.right(precision == Precision::f32 ? 1e-5 : precision == Precision::bf16 ? 1e-2 : 3e-2))
    return state.SkipWithError("the product is wrong");
  measure(state, operands.work(), precision, threads, product);
}

void multiply_by_eigen(Operands& operands) {
  eigen_product(operands.x.data(), operands.weight.data(), operands.rows, operands.inputs, operands.outputs, operands.out.data());
}

bool runs_avx2(benchmark::State& state) {
  if (vpr::instruction_set() >= vpr::InstructionSet::avx2) return true;
  state.SkipWithError("Eigen's product is compiled for AVX2");
  return false;
}

void eigen(benchmark::State& state) {
  if (!runs_avx2(state)) return;
  Operands operands(state);
  const auto product = [&] { multiply_by_eigen(operands); };
  product();
  if (!operands.right(1e-5)) return state.SkipWithError("the product is wrong");
  measure(state, operands.work(), Precision::f32, 1, product);
}

/// All products of ViT-S/14 for a photo at 224×224, and nothing else of it: those with weights, and of each head's queries, keys and values.
void eigen_vit_s14(benchmark::State& state) {
  if (!runs_avx2(state)) return;
  std::vector<Operands> all{{256, 588, 384}};
  for (int block = 0; block < 12; ++block) {
    for (const auto& [inputs, outputs] : {std::pair{384, 1152}, {384, 384}, {384, 1536}, {1536, 384}})
      all.emplace_back(257, inputs, outputs);
    for (int head = 0; head < 6; ++head) {
      all.emplace_back(257, 64, 257);
      all.emplace_back(257, 257, 64);
    }
  }
  double work = 0;
  for (Operands& operands : all) {
    multiply_by_eigen(operands);
    if (!operands.right(1e-5)) return state.SkipWithError("a product is wrong");
    work += operands.work();
  }
  measure(state, work, Precision::f32, 1, [&] {
    for (Operands& operands : all) multiply_by_eigen(operands);
  });
}

void shapes(benchmark::internal::Benchmark* benchmark, std::vector<std::int64_t> more) {
  for (const std::int64_t rows : {257, 2056}) {
    for (const auto& [inputs, outputs] : {std::pair{768, 768}, {768, 2304}, {768, 3072}, {3072, 768}}) {
      std::vector<std::int64_t> arguments{rows, inputs, outputs};
      arguments.insert(arguments.end(), more.begin(), more.end());
      benchmark->Args(arguments);
    }
  }
}

void all(benchmark::internal::Benchmark* benchmark) {
  for (const std::int64_t threads : {1, 2}) {
    for (const std::int64_t precision : {0, 1, 2}) shapes(benchmark, {precision, threads});
  }
  for (const std::int64_t rows : {1, 16}) {
    for (const std::int64_t precision : {0, 1, 2}) benchmark->Args({rows, 768, 3072, precision, 1});
  }
}

BENCHMARK(packed_product)->Apply(all)->UseManualTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(eigen_vit_s14)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK(eigen)->Apply([](auto* benchmark) { shapes(benchmark, {}); }) -> UseManualTime() -> Unit(benchmark::kMicrosecond);

}  // namespace
