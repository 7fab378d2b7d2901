// SPDX-License-Identifier: MIT
/// @file
/// What this machine can do at best, measured in the process that reports a ratio to it.
#pragma once

#include <vpr/backend/cpu/product_kernels.hpp>

#include <algorithm>
#include <cstdint>
#include <ctime>

#define VPR_KERNELS "benchmarks/support/peak_loops.inl"
#include <vpr/backend/cpu/each_instruction_set.inl>

namespace vpr::detail {
inline namespace VPR_TARGET {
inline double run_register_loop(Precision precision, std::int64_t rounds) {
  return VPR_CHOSEN_KERNELS(register_loops)[static_cast<std::size_t>(precision)](rounds);
}
}  // namespace VPR_TARGET
}  // namespace vpr::detail

namespace vpr::bench {

/// Seconds that this thread has run: other programs on the machine do not count.
inline double thread_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/// Multiply-adds in registers on one core by the instruction set that runs, in operations a second: the best of `runs` short runs.
inline double peak(Precision precision = Precision::f32, int runs = 5) {
  constexpr std::int64_t rounds = 50'000;
  double best = 0;
  for (int run = 0; run < runs; ++run) {
    const double start = thread_seconds(), operations = detail::run_register_loop(precision, rounds) * static_cast<double>(rounds);
    best = std::max(best, operations / (thread_seconds() - start));
  }
  // Some processors take products of bfloat16 more slowly than those of floats, which then run.
  return precision == Precision::bf16 ? std::max(best, peak(Precision::f32, runs)) : best;
}

/// In floating-point operations a second.
inline double peak_flops() { return peak(); }

}  // namespace vpr::bench
