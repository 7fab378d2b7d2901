// SPDX-License-Identifier: MIT
/// @file
/// What the command line asks of a training.
#pragma once

#include "photo_options.hpp"

#include <vpr/dataset/training_places.hpp>
#include <vpr/model/recipe.hpp>
#include <vpr/model/training_files.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace cli {

struct TrainOptions {
  std::string recipe, weights, data, out, backbone, model, tokens, cache, log, report, database, queries, positives, mining, augment;
  std::string by = "automatic", positions = "automatic", precision = "f32", size;
  std::vector<std::string> leave_out;
  std::int64_t steps = 1000, places = 0, photos = 0, triplets = 0, negatives = 0, round = 0, pool = 0, frames = 0, tuned_blocks = -1,
               every = 0, patience = 0, threads = 0;
  double rate = 0, radius = 25;
  std::uint64_t seed = 0;
  bool resume = false, checkpointing = false, force = false, change = false;
  PhotoOptions photo;

  vpr::TrainingFiles files() const { return {out}; }
  /// Of a sequence that shows one place.
  std::int64_t frames_of_place() const { return frames > 0 ? frames : vpr::SequenceSettings().frames; }
  /// Whether a step is followed by a checkpoint and a validation.
  bool is_due(std::int64_t step) const { return step > 0 && (step == steps || (every > 0 && step % every == 0)); }
};

/// How photos are prepared in training: brought to the size asked for, and normalised as the recipe's model was published with. See
/// `find_preprocess`.
std::string training_preprocess(const vpr::Recipe& recipe);

/// What decides the weights that a training comes to, by the options' names: kept in its state, so that it goes on with the same. Files are noted by
/// path and hash, folders by path and a hash of their photos' names.
std::map<std::string, std::string> deciding_options(const TrainOptions& options, const vpr::Recipe& recipe);

using OptionsOfRecipe = std::function<std::map<std::string, std::string>(const std::string& recipe)>;

/// The line that measures the trained weights, on the photos and by the answers that the training was validated with, where it was.
std::string evaluation_command(const TrainOptions& options, const vpr::Recipe& recipe);

/// Refuses a training before anything expensive is done for it: outputs that could not be written, or would be lost; a state to go on from that
/// is not there, is of other options, or has more steps behind it than are asked for.
/// @param with_recipe  `deciding_options` of what was typed, had it been for the recipe of that name
/// @throws vpr::ConfigError, vpr::IoError, vpr::FormatError
void check_training(const TrainOptions& options, const std::map<std::string, std::string>& deciding, const OptionsOfRecipe& with_recipe);

}  // namespace cli
