// SPDX-License-Identifier: MIT
/// @file
/// The training that the command line asks for.
#pragma once

#include "train_options.hpp"

#include <map>
#include <string>

namespace cli {

/// Trains a recipe's system as the options say, with validations, checkpoints, log and report.
/// @param deciding  see `deciding_options`
void train(const TrainOptions& options, const vpr::Recipe& recipe, const std::map<std::string, std::string>& deciding);

}  // namespace cli
