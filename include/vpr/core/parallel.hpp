// SPDX-License-Identifier: MIT
/// @file
/// Loops over threads. OpenMP when the file is compiled with it (target `vpr::omp`), serial otherwise.
#pragma once

#include <vpr/core/target.hpp>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>
#include <utility>

#ifdef _OPENMP
#include <omp.h>
#endif

namespace vpr {

namespace detail {
inline std::atomic<int> default_thread_count{0};  // 0: OpenMP's own
inline thread_local int own_thread_count = 0;     // of this thread; 0: the default
}  // namespace detail

/// Sets how many threads this library's loops use unless a `ThreadCount` says otherwise, at least 1. OpenMP's own number, which the rest
/// of the program goes by, stays as it is.
inline void set_thread_count(int threads) { detail::default_thread_count = std::max(threads, 1); }

/// While one exists, loops that this thread begins use that many threads, at least 1.
class ThreadCount {
 public:
  explicit ThreadCount(int threads) : outer_(std::exchange(detail::own_thread_count, std::max(threads, 1))) {}
  ThreadCount(const ThreadCount&) = delete;
  ThreadCount& operator=(const ThreadCount&) = delete;
  ~ThreadCount() { detail::own_thread_count = outer_; }

 private:
  int outer_;
};

inline namespace VPR_TARGET {

/// The number of threads that `parallel_for` may use: 1 inside another one, inside a parallel region of the program's own, and without OpenMP.
inline int thread_count() {
#ifdef _OPENMP
  if (omp_in_parallel() != 0) return 1;
  if (detail::own_thread_count > 0) return detail::own_thread_count;
  const int threads = detail::default_thread_count;
  return threads > 0 ? threads : omp_get_max_threads();
#else
  return 1;
#endif
}

/// Calls `body(i)` once for each i in [0, count), in any order, on up to `thread_count()` threads.
/// Calls must be independent. Which thread runs which i never changes a result, so neither does the number of threads.
/// The first exception thrown by a body is rethrown here, after the other bodies have run.
/// Inside another `parallel_for` it runs serially.
template <class Body>
void parallel_for(std::int64_t count, Body&& body) {
#ifdef _OPENMP
  // A single body is run in a team too: Eigen keeps to one thread inside a team, and its sums would else depend on the count.
  if (const int threads = thread_count(); count > 0 && threads > 1) {
    std::exception_ptr failure;
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
    for (std::int64_t i = 0; i < count; ++i) {
      try {
        body(i);
      } catch (...) {
#pragma omp critical(vpr_parallel_for_failure)
        if (!failure) failure = std::current_exception();
      }
    }
    if (failure) std::rethrow_exception(failure);
    return;
  }
#endif
  for (std::int64_t i = 0; i < count; ++i) body(i);
}

}  // namespace VPR_TARGET
}  // namespace vpr
