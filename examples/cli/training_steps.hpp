// SPDX-License-Identifier: MIT
/// @file
/// The steps of the training that the command line asks for.
#pragma once

#include "train_options.hpp"

#include <vpr/model/recipe.hpp>
#include <vpr/model/training_steps.hpp>

#include <memory>

namespace cli {

/// The system must outlive them. A signal that comes while a round is mined ends that by `StopTraining`.
std::unique_ptr<vpr::TrainingSteps> training_steps(vpr::TrainedSystem& system, const TrainOptions& options, const vpr::Recipe& recipe);

}  // namespace cli
