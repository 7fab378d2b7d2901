// SPDX-License-Identifier: MIT
/// @file
/// The backend on Thrust's TBB system. Needs target vpr::tbb.
#pragma once

#ifndef VPR_WITH_TBB
#error \
    "vpr/backend/thrust_tbb.hpp needs the component tbb: link the CMake target vpr::tbb, or, without CMake, compile with -DVPR_WITH_THRUST -DVPR_WITH_TBB and link tbb (Debian: libthrust-dev libtbb-dev)"
#endif

#include <vpr/backend/thrust.hpp>

#include <thrust/system/tbb/execution_policy.h>
#include <thrust/system/tbb/vector.h>

namespace vpr {

/// Thrust's TBB system: `Thrust<float, ThrustTbb>`.
struct ThrustTbb {
  template <class T>
  using vector = thrust::tbb::vector<T>;
  static auto policy() { return thrust::tbb::par; }
};

}  // namespace vpr
