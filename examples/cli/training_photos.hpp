// SPDX-License-Identifier: MIT
/// @file
/// The photos of a training: which there are, and how they are read.
#pragma once

#include "train_options.hpp"

#include <vpr/dataset/training_places.hpp>
#include <vpr/dataset/triplet_photos.hpp>
#include <vpr/model/recipe.hpp>
#include <vpr/model/training_steps.hpp>

namespace cli {

/// Reads photos as at inference.
vpr::TrainingSteps::Load plain_loader(const TrainOptions& options, const vpr::Recipe& recipe);
/// With the recipe's augmentation.
vpr::TrainingSteps::Load loader_of(const TrainOptions& options, const vpr::Recipe& recipe);

vpr::TrainingPlaces places_of(const TrainOptions& options, const vpr::Recipe& recipe);
/// What a training mines triplets from: a folder's queries and database, or places.
vpr::TripletPhotos triplet_photos(const TrainOptions& options, const vpr::Recipe& recipe);

}  // namespace cli
