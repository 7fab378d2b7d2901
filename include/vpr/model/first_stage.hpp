// SPDX-License-Identifier: MIT
/// @file
/// The parts that any system has.
#pragma once

#include <vpr/core/requirements.hpp>

namespace vpr {

/// The pipeline of a system, which may be one itself.
template <class System>
auto& first_stage_of(System& system) {
  if constexpr (requires { system.pipeline; }) {
    return system.pipeline;
  } else {
    return system;
  }
}

namespace detail {

/// The network of a system or a pipeline, whose other parts may have blocks of their own; a model that is a network itself.
template <class Model>
auto& network_of(Model& model) {
  auto& stage = first_stage_of(model);
  if constexpr (requires { stage.backbone; }) {
    return stage.backbone;
  } else {
    return stage;
  }
}

}  // namespace detail
}  // namespace vpr
