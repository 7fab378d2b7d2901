// SPDX-License-Identifier: MIT
/// @file
/// Loops over threads. OpenMP when the program is compiled with it (target `vpr::omp`), serial otherwise.
#pragma once

#include <vpr/core/requirements.hpp>

#include <cstdint>
#include <exception>
#include <utility>

#ifdef _OPENMP
#include <omp.h>
#endif

namespace vpr {

/// The number of threads that `parallel_for` may use: 1 inside another one.
inline int thread_count() {
#ifdef _OPENMP
  return omp_in_parallel() == 0 ? omp_get_max_threads() : 1;
#else
  return 1;
#endif
}

/// Sets how many threads this thread's `parallel_for` may use, at least 1. Without OpenMP it has no effect.
inline void set_thread_count([[maybe_unused]] int threads) {
#ifdef _OPENMP
  omp_set_num_threads(threads < 1 ? 1 : threads);
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
  if (count > 0 && omp_get_max_threads() > 1 && omp_in_parallel() == 0) {
    std::exception_ptr failure;
#pragma omp parallel for schedule(dynamic, 1)
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

}  // namespace vpr
