// SPDX-License-Identifier: MIT
/// @file
/// The time that work takes, also on a machine that does other work meanwhile.
#pragma once

#include <vpr/core/parallel.hpp>

#include <chrono>
#include <ctime>

namespace vpr::bench {

/// Seconds that this thread has run: other programs on the machine do not count.
inline double thread_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/// Seconds since some moment: of the processor's time where one thread works, which other programs do not lengthen; on the wall otherwise.
inline double seconds() {
  if (thread_count() == 1) return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace vpr::bench
