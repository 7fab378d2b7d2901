// SPDX-License-Identifier: MIT
// refused: matrix() needs a tensor in host memory: copy it with values() first
#include <vpr/backend/host.hpp>
#include <vpr/core/eigen.hpp>

struct Device : vpr::HostMemory<float> {
  static constexpr bool host = false;
};

vpr::Tensor<Device> tensor(vpr::Shape{2, 3});
auto view = tensor.matrix();
