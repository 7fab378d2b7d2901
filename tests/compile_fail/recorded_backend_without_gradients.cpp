// SPDX-License-Identifier: MIT
// refused: Recorded<B>: B needs every kernel of DifferentiableBackend
#include <vpr/autograd/var.hpp>
#include <vpr/backend/host.hpp>

/// A backend for inference alone.
struct Mine : vpr::HostMemory<float>, vpr::ScalarKernels<vpr::SerialExecutor> {
  using tensor = vpr::Tensor<Mine>;
  using weight = vpr::Tensor<Mine>;
  using convolution_weight = weight;
};
static_assert(vpr::Backend<Mine>);

vpr::Recorded<Mine>::tensor parameter;
