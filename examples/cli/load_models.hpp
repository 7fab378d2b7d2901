// SPDX-License-Identifier: MIT
/// @file
/// The models by name, instantiated in a source of their own.
#pragma once

#include <vpr/model/any_pipeline.hpp>
#include <vpr/model/any_two_stage.hpp>
#include <vpr/model/model_request.hpp>

namespace cli {

/// `vpr::load_model` and `vpr::load_two_stage`.
vpr::AnyPipeline load_pipeline(const vpr::ModelRequest& request);
vpr::AnyTwoStage load_two_stage(const vpr::ModelRequest& request);

}  // namespace cli
