// SPDX-License-Identifier: MIT
/// @file
/// What this machine can do at best, measured in the process that reports a ratio to it.
#pragma once

#include <chrono>
#include <cstdint>

namespace vpr::bench {

/// Multiply-adds in registers on one core, in floating-point operations a second: the best of several short runs.
inline double peak_flops() {
  // A vector as wide as the target's registers; enough of them in flight to hide the latency of a multiply-add.
#if defined(__AVX512F__)
  constexpr int lanes = 16;
#elif defined(__AVX__)
  constexpr int lanes = 8;
#else
  constexpr int lanes = 4;
#endif
  typedef float Vector __attribute__((vector_size(lanes * sizeof(float))));
  constexpr int chains = 12;
  constexpr std::int64_t rounds = 2'000'000;
  double best = 0;
  for (int run = 0; run < 5; ++run) {
    Vector sums[chains] = {};
    Vector factor, term;
    for (int i = 0; i < lanes; ++i) factor[i] = 0.999F, term[i] = 1e-6F;
    const auto start = std::chrono::steady_clock::now();
    for (std::int64_t round = 0; round < rounds; ++round) {
      for (int chain = 0; chain < chains; ++chain) sums[chain] = sums[chain] * factor + term;
    }
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    for (int chain = 0; chain < chains; ++chain) asm volatile("" : : "m"(sums[chain]));
    const double flops = 2.0 * lanes * chains * static_cast<double>(rounds) / seconds.count();
    best = flops > best ? flops : best;
  }
  return best;
}

}  // namespace vpr::bench
