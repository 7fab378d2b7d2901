// SPDX-License-Identifier: MIT
/// @file
/// The backend on Thrust's OpenMP system. Compile with OpenMP (target vpr::omp).
#pragma once

#include <vpr/backend/thrust.hpp>

#include <thrust/system/omp/execution_policy.h>
#include <thrust/system/omp/vector.h>

namespace vpr {

/// Thrust's OpenMP system: `Thrust<float, ThrustOmp>`.
struct ThrustOmp {
  template <class T>
  using vector = thrust::omp::vector<T>;
  static auto policy() { return thrust::omp::par; }
};

}  // namespace vpr
