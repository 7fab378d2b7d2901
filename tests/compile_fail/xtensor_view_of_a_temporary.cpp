// SPDX-License-Identifier: MIT
// refused: deleted
#include <vpr/backend/cpu.hpp>
#include <vpr/core/xtensor.hpp>

auto view = vpr::Tensor<vpr::Cpu<>>(vpr::Shape{2, 3}).xt<2>();
