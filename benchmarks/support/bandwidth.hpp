// SPDX-License-Identifier: MIT
/// @file
/// How fast this machine reads memory, measured in the process that reports a ratio to it.
#pragma once

#include "benchmarks/support/clock.hpp"

#include <vpr/core/parallel.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace vpr::bench {

/// Bytes a second at which the threads of `parallel_for` together read a buffer of `bytes`, the best of several runs.
inline double read_bandwidth(std::size_t bytes) {
  // Whole cache lines, added up so that they are read; the compiler cuts them into this processor's vectors.
  typedef std::uint64_t Line __attribute__((vector_size(64)));
  const std::vector<Line> buffer(bytes / sizeof(Line), Line{} + 1);
  const std::int64_t slices = 8 * thread_count(), size = static_cast<std::int64_t>(buffer.size());
  double best = 0;
  for (int run = 0; run < 7; ++run) {
    const double start = seconds();
    parallel_for(slices, [&](std::int64_t slice) {
      Line sums[4] = {};
      const std::int64_t end = size * (slice + 1) / slices;
      for (std::int64_t i = size * slice / slices; i + 4 <= end; i += 4) {
        for (int j = 0; j < 4; ++j) {
          __builtin_prefetch(buffer.data() + i + j + 64);  // 4 KiB ahead, which some processors do not foresee
          sums[j] += buffer[static_cast<std::size_t>(i + j)];
        }
      }
      asm volatile("" : : "m"(sums));
    });
    best = std::max(best, static_cast<double>(bytes) / (seconds() - start));
  }
  return best;
}

}  // namespace vpr::bench
