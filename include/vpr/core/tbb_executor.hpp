// SPDX-License-Identifier: MIT
/// @file
/// Loops on TBB's threads. Needs target vpr::tbb.
#pragma once

#ifndef VPR_WITH_TBB
#error \
    "vpr/core/tbb_executor.hpp needs the component tbb: link the CMake target vpr::tbb, or, without CMake, compile with -DVPR_WITH_TBB and link tbb (Debian: libthrust-dev libtbb-dev)"
#endif

#include <vpr/core/execution.hpp>

#include <tbb/task_arena.h>
#include <tbb/task_group.h>

namespace vpr {

/// The threads of the task arena that a loop begins in: `Execution(TbbExecutor{})`.
struct TbbExecutor {
  int threads() const { return tbb::this_task_arena::max_concurrency(); }

  template <class Work>
  void run(int threads, const Work& work) const {
    tbb::task_group others;
    for (int i = 1; i < threads; ++i) others.run(work);
    work();
    others.wait();
  }
};

static_assert(Executor<TbbExecutor>);

}  // namespace vpr
