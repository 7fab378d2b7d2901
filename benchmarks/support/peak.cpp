// SPDX-License-Identifier: MIT
#include "benchmarks/support/peak.hpp"

#include "benchmarks/support/clock.hpp"

#include <vpr/backend/cpu/product_kernels.hpp>

#include <algorithm>
#include <cstdint>

#define VPR_KERNELS "benchmarks/support/peak_loops.inl"
#include <vpr/backend/cpu/each_instruction_set.inl>

namespace vpr::bench {
namespace {

auto loop_of(Precision precision) {
  using namespace detail;
#if VPR_SEVERAL_INSTRUCTION_SETS
  if (instruction_set() == InstructionSet::amx && precision != Precision::f32) return avx512_bf16::amx_loops[precision == Precision::int8];
#endif
  return VPR_CHOSEN_KERNELS(register_loops)[static_cast<std::size_t>(precision)];
}

}  // namespace

double peak(Precision precision, int runs) {
  const auto sum_in_registers = loop_of(precision);
  constexpr std::int64_t rounds = 50'000;
  double best = 0;
  for (int run = 0; run < runs; ++run) {
    const double start = thread_seconds();
    const double operations = sum_in_registers(rounds);
    best = std::max(best, operations * static_cast<double>(rounds) / (thread_seconds() - start));
  }
  // Some processors take products of bfloat16 more slowly than those of floats, which then run.
  return precision == Precision::bf16 ? std::max(best, peak(Precision::f32, runs)) : best;
}

}  // namespace vpr::bench
