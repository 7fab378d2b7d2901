// SPDX-License-Identifier: MIT
/// @file
/// The models by name, loaded in a source of their own.
#pragma once

#include <vpr/model/loaded_model.hpp>
#include <vpr/model/model_request.hpp>

#include <string_view>

namespace cli {

/// `vpr::load_model`, `vpr::load_two_stage` and `vpr::needs_vocabulary`.
vpr::LoadedModel load_model(const vpr::ModelRequest& request);
vpr::LoadedModel load_two_stage(const vpr::ModelRequest& request);
bool needs_vocabulary(std::string_view model);

}  // namespace cli
