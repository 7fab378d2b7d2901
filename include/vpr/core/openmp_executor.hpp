// SPDX-License-Identifier: MIT
/// @file
/// Loops on OpenMP's threads. Needs target vpr::omp.
#pragma once

#ifndef VPR_WITH_OMP
#error \
    "vpr/core/openmp_executor.hpp needs the component omp: link the CMake target vpr::omp, or, without CMake, compile with -DVPR_WITH_OMP -fopenmp (Debian: g++ or libomp-dev)"
#endif

#include <vpr/core/execution.hpp>

#include <omp.h>

namespace vpr {

/// OpenMP's threads, as many as it would use here: `Execution(OpenMpExecutor{})`. How they wait, OpenMP's settings say.
struct OpenMpExecutor {
  int threads() const { return omp_get_max_threads(); }

  template <class Work>
  void run(int threads, const Work& work) const {
#pragma omp parallel num_threads(threads)
    work();
  }
};

static_assert(Executor<OpenMpExecutor>);

}  // namespace vpr
