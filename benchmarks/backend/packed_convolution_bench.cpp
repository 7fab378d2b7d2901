// SPDX-License-Identifier: MIT
// Convolutions of networks: GFLOP/s of the multiply-adds that there are and the share of this core's peak, measured beside each run. Arguments:
// map height and width, inputs, outputs, kernel, stride, groups, precision. VPR_ISA chooses the instruction set.
#include "benchmarks/support/clock.hpp"
#include "benchmarks/support/peak.hpp"
#include "tests/support/random.hpp"

#include <vpr/backend/cpu/packed_convolution.hpp>
#include <vpr/core/buffer.hpp>
#include <vpr/core/execution.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace {

using vpr::Precision;

struct Operands {
  vpr::Grid map, positions;
  std::int64_t inputs, outputs, groups;
  vpr::Window window;
  std::vector<float> weight;
  vpr::Buffer<float> x, out;

  explicit Operands(const benchmark::State& state)
      : map{state.range(0), state.range(1)},
        inputs(state.range(2)),
        outputs(state.range(3)),
        groups(state.range(6)),
        window{state.range(4), state.range(5), state.range(4) / 2} {
    positions = window.positions(map);
    const std::vector<float> values = random_floats(map.patches() * inputs, 1);
    x = vpr::Buffer<float>(values.size());
    std::copy(values.begin(), values.end(), x.data());
    weight = random_floats(outputs * inputs / groups * window.cells(), 2);
    out = vpr::Buffer<float>(static_cast<std::size_t>(positions.patches() * outputs));
  }

  vpr::Shape shape() const { return {outputs, inputs / groups, window.kernel, window.kernel}; }
  std::int64_t depth() const { return inputs / groups * window.cells(); }
  double work() const { return 2.0 * static_cast<double>(positions.patches() * outputs * depth()); }

  /// Whether some elements are within `tolerance` of the product's usual size.
  bool right(double tolerance) const {
    for (std::size_t i = 0; i < out.size(); i += 1 + out.size() / 97) {
      const auto element = static_cast<std::int64_t>(i);
      const std::int64_t o = element % outputs, p = element / outputs, of_group = inputs / groups,
                         first = o / (outputs / groups) * of_group;
      double sum = 0;
      for (std::int64_t cell = 0; cell < window.cells(); ++cell) {
        const std::int64_t row = p / positions.width * window.stride - window.padding + cell / window.kernel;
        const std::int64_t column = p % positions.width * window.stride - window.padding + cell % window.kernel;
        if (row < 0 || row >= map.height || column < 0 || column >= map.width) continue;
        for (std::int64_t c = 0; c < of_group; ++c) {
          sum += static_cast<double>(x.data()[(row * map.width + column) * inputs + first + c]) *
                 static_cast<double>(weight[static_cast<std::size_t>((o * of_group + c) * window.cells() + cell)]);
        }
      }
      if (!(std::abs(static_cast<double>(out.data()[i]) - sum) <= tolerance * std::sqrt(static_cast<double>(depth())))) return false;
    }
    return true;
  }
};

void convolution(benchmark::State& state) {
  Operands operands(state);
  const auto precision = static_cast<Precision>(state.range(7));
  const auto weight = vpr::PackedConvolution::from(operands.shape(), operands.weight, operands.groups, precision);
  const vpr::ExecutionScope scope{vpr::Execution(1)};
  const auto run = [&] { weight.convolve(operands.x.data(), 1, operands.map, operands.window, {}, operands.out.data()); };
  run();
  if (!operands.right(precision == Precision::f32 ? 1e-5 : precision == Precision::bf16 ? 1e-2 : 3e-2))
    return state.SkipWithError("the convolution is wrong");
  std::vector<double> shares;
  for (auto _ : state) {
    const double peak = vpr::bench::peak(precision, 1), start = vpr::bench::thread_seconds();
    run();
    const double took = vpr::bench::thread_seconds() - start;
    state.SetIterationTime(took);
    shares.push_back(operands.work() / took / peak);
  }
  std::nth_element(shares.begin(), shares.begin() + static_cast<std::ptrdiff_t>(shares.size() / 2), shares.end());
  state.counters["GFLOP/s"] = benchmark::Counter(operands.work() / 1e9, benchmark::Counter::kIsIterationInvariantRate);
  state.counters["of_peak"] = shares[shares.size() / 2];
  state.SetLabel(std::string(name_of(vpr::instruction_set())) + ' ' + std::string(name_of(precision)));
}

void layers(benchmark::internal::Benchmark* benchmark) {
  const std::vector<std::vector<std::int64_t>> all{
      {320, 320, 3, 64, 7, 2, 1},      // ResNet-50 at 320×320: the stem,
      {80, 80, 64, 64, 3, 1, 1},       // the 3×3 of its stages,
      {40, 40, 128, 128, 3, 1, 1},     //
      {20, 20, 256, 256, 3, 1, 1},     //
      {10, 10, 512, 512, 3, 1, 1},     //
      {40, 40, 256, 256, 3, 2, 1},     // one that goes down a stage,
      {80, 80, 64, 256, 1, 1, 1},      // and the 1×1 around them
      {80, 80, 256, 64, 1, 1, 1},      //
      {80, 80, 256, 512, 1, 2, 1},     //
      {10, 10, 2048, 512, 1, 1, 1},    //
      {480, 640, 3, 64, 3, 1, 1},      // VGG-16 at 480×640
      {480, 640, 64, 64, 3, 1, 1},     //
      {240, 320, 128, 128, 3, 1, 1},   //
      {30, 40, 512, 512, 3, 1, 1},     //
      {80, 80, 128, 128, 3, 1, 32},    // ResNeXt-50
      {10, 10, 1024, 1024, 3, 1, 32},  //
      {80, 80, 96, 96, 7, 1, 96},      // ConvNeXt
      {10, 10, 768, 768, 7, 1, 768},   //
      {16, 16, 24, 96, 3, 1, 1},       // CricaVPR's adapter in a ViT-B
      {16, 16, 24, 96, 5, 1, 1},       //
  };
  for (std::vector<std::int64_t> layer : all) {
    for (const std::int64_t precision : {0, 1, 2}) {
      layer.push_back(precision);
      benchmark->Args(layer);
      layer.pop_back();
    }
  }
}

BENCHMARK(convolution)->Apply(layers)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace
