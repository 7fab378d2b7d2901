// SPDX-License-Identifier: MIT
/// @file
/// The time that work takes, also on a machine that does other work meanwhile.
#pragma once

#include <vpr/core/parallel.hpp>

#include <chrono>
#include <ctime>

namespace vpr::bench {

/// Seconds since some moment: of the processor's time where one thread works, which other programs do not lengthen; on the wall otherwise.
inline double seconds() {
  if (thread_count() == 1) return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace vpr::bench
