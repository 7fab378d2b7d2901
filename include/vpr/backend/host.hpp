// SPDX-License-Identifier: MIT
/// @file
/// Host memory and host loops, shared by the backends that run on the processor.
#pragma once

#include <vpr/backend/scalar.hpp>
#include <vpr/backend/scalar_updates.hpp>
#include <vpr/core/buffer.hpp>
#include <vpr/core/parallel.hpp>

#include <algorithm>
#include <span>

namespace vpr {

/// Host memory for elements of type T; see the concept `Memory`.
template <class T>
struct HostMemory {
  using value = T;
  using storage = Buffer<T>;
  static constexpr bool host = true;

  static T* pointer(storage& memory) { return memory.data(); }
  static const T* pointer(const storage& memory) { return memory.data(); }
  static void upload(std::span<const T> from, T* to) { std::copy(from.begin(), from.end(), to); }
  static void download(const T* from, std::span<T> to) { std::copy_n(from, to.size(), to.begin()); }
};

/// Runs a kernel's body in order on the calling thread.
struct SerialExecutor {
  template <class Body>
  static void for_each(std::int64_t count, const Body& body) {
    for (std::int64_t i = 0; i < count; ++i) body(i);
  }
};

/// Runs a kernel's body in blocks over the threads of `parallel_for`.
struct ParallelExecutor {
  template <class Body>
  static void for_each(std::int64_t count, const Body& body) {
    const std::int64_t block = std::clamp<std::int64_t>(count / 64, 1, 4096);
    parallel_for((count + block - 1) / block, [&](std::int64_t b) {
      for (std::int64_t i = b * block; i < std::min(count, (b + 1) * block); ++i) body(i);
    });
  }
};

/// The plain reference: every kernel in its scalar form, in order, on one thread. Slow; other backends are tested against it.
template <class T>
struct Reference : HostMemory<T>, ScalarKernels<SerialExecutor>, ScalarGradients<SerialExecutor>, ScalarUpdates<SerialExecutor> {
  using tensor = Tensor<Reference>;
  using weight = Tensor<Reference>;
  using convolution_weight = weight;
};

}  // namespace vpr
