// SPDX-License-Identifier: MIT
/// The number of threads for the length of a scope.
#pragma once

#include <vpr/core/parallel.hpp>

struct Threads {
  explicit Threads(int count) { vpr::set_thread_count(count); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;
  ~Threads() { vpr::set_thread_count(kept); }

  const int kept = vpr::thread_count();
};
