// SPDX-License-Identifier: MIT
/// @file
/// Backends on Thrust. `Thrust<T>` runs on Thrust's sequential C++ system; `thrust_omp.hpp` and `thrust_tbb.hpp` add the
/// threaded ones and `<vpr/cuda/cuda.cuh>` the GPU. Needs target vpr::thrust; no nvcc.
#pragma once

#ifndef VPR_WITH_THRUST
#error \
    "vpr/backend/thrust.hpp needs the component thrust: link the CMake target vpr::thrust, or, without CMake, compile with -DVPR_WITH_THRUST (Debian: libthrust-dev)"
#endif

#include <vpr/backend/host.hpp>

#include <thrust/for_each.h>
#include <thrust/iterator/counting_iterator.h>
#include <thrust/system/cpp/execution_policy.h>
#include <thrust/system/cpp/vector.h>

namespace vpr {

/// Thrust's sequential system.
struct ThrustCpp {
  template <class T>
  using vector = thrust::cpp::vector<T>;
  static auto policy() { return thrust::cpp::par; }
};

/// Runs a kernel's body through `thrust::for_each_n` on the given system.
template <class System>
struct ThrustExecutor {
  template <class Body>
  static void for_each(std::int64_t count, const Body& body) {
    thrust::for_each_n(System::policy(), thrust::counting_iterator<std::int64_t>(0), count, body);
  }
};

/// Every kernel in its scalar form, over Thrust's vectors and loops. `System` gives `vector<T>`, in memory that the host can
/// reach, and `policy()`.
template <class T = float, class System = ThrustCpp>
struct Thrust : HostMemory<T>,
                ScalarKernels<ThrustExecutor<System>>,
                ScalarGradients<ThrustExecutor<System>>,
                ScalarUpdates<ThrustExecutor<System>> {
  using tensor = Tensor<Thrust>;
  using weight = Tensor<Thrust>;
  using convolution_weight = weight;
  using storage = typename System::template vector<T>;

  static T* pointer(storage& memory) { return thrust::raw_pointer_cast(memory.data()); }
  static const T* pointer(const storage& memory) { return thrust::raw_pointer_cast(memory.data()); }
};

}  // namespace vpr
