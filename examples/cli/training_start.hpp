// SPDX-License-Identifier: MIT
/// @file
/// What a training starts from.
#pragma once

#include "train_options.hpp"

#include <vpr/model/recipe.hpp>
#include <vpr/model/training_steps.hpp>

namespace cli {

/// Refuses a size that network or aggregator cannot take, before photos are looked for.
/// @throws vpr::ConfigError
void require_size(vpr::TrainedSystem& system, const vpr::Recipe& recipe);

/// Gives a system what its training starts from, and says where that is not all of it. @return whether heads and adapters are new
bool give_weights(vpr::TrainedSystem& system, const TrainOptions& options, const vpr::Recipe& recipe);

/// Starts clusters, where the model has any, from patches of the network without adapters. Says from how many, or that they start at random.
void find_clusters(vpr::TrainedSystem& system, vpr::TrainingSteps& steps, const TrainOptions& options, const vpr::Recipe& recipe);

}  // namespace cli
