// SPDX-License-Identifier: MIT
/// @file
/// Whether this process is the child of a fork.
#pragma once

#include <vpr/core/requirements.hpp>

#include <pthread.h>

#include <atomic>

namespace vpr::detail {

inline std::atomic<int> forks{0};

/// How many forks lie between the process that first asked and this one. What was made at another count has lost its threads, and
/// a lock of it may be held by one of them for ever.
inline int fork_count() {
  static const bool counted = pthread_atfork(nullptr, nullptr, [] { forks.fetch_add(1, std::memory_order_relaxed); }) == 0;
  return counted ? forks.load(std::memory_order_relaxed) : 0;
}

}  // namespace vpr::detail
