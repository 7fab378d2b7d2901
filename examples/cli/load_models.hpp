// SPDX-License-Identifier: MIT
/// @file
/// The models by name, loaded in a source of their own.
#pragma once

#include <vpr/model/loaded_model.hpp>
#include <vpr/model/model_request.hpp>

namespace cli {

/// `vpr::load_model` and `vpr::load_two_stage`.
vpr::LoadedModel load_model(const vpr::ModelRequest& request);
vpr::LoadedModel load_two_stage(const vpr::ModelRequest& request);

}  // namespace cli
