// SPDX-License-Identifier: MIT
/// @file
/// The most memory that this process has held at once, as Linux tells it.
#pragma once

#include <malloc.h>

#include <cstdint>
#include <fstream>
#include <string>

namespace vpr::bench {

/// Forgets the peak so far. Memory that was freed goes back to the system first.
inline void start_peak_memory() {
  malloc_trim(0);
  std::ofstream("/proc/self/clear_refs") << "5";
}

/// The largest resident size since `start_peak_memory`, in bytes; 0 where the system does not tell.
inline double peak_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return 1024.0 * std::stod(line.substr(6));
  }
  return 0;
}

}  // namespace vpr::bench
