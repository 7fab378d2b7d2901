// SPDX-License-Identifier: MIT
#pragma once

#include <vpr/backend/concept.hpp>
#include <vpr/backend/host.hpp>

/// Runs every kernel's body from the last element to the first, as no result may depend on the order.
struct BackwardExecutor {
  template <class Body>
  static void for_each(std::int64_t count, const Body& body) {
    for (std::int64_t i = count; i-- > 0;) body(i);
  }
};

/// Host memory, floats, the scalar kernels, that executor.
struct Backward : vpr::HostMemory<float>, vpr::ScalarKernels<BackwardExecutor> {
  using tensor = vpr::Tensor<Backward>;
  using weight = vpr::Tensor<Backward>;
  using convolution_weight = weight;

  static void relu(const tensor& x, tensor& out) {  // hides the inherited one
    for (std::int64_t i = 0; i < x.elements(); ++i) out.data()[i] = std::max(x.data()[i], 0.0F);
  }
};

static_assert(vpr::Backend<Backward>);
