// SPDX-License-Identifier: MIT
/// @file
/// The photos of a training: which there are, and how they are read.
#pragma once

#include "train_options.hpp"

#include <vpr/core/random.hpp>
#include <vpr/dataset/training_places.hpp>
#include <vpr/dataset/triplet_photos.hpp>
#include <vpr/image/preprocess.hpp>

#include <functional>
#include <string>

namespace cli {

/// Reads a photo as the network gets it.
using Load = std::function<vpr::Planes(const std::string&, vpr::Random&)>;

/// As at inference.
Load plain_loader(const TrainOptions& options);
/// With the recipe's augmentation.
Load loader_of(const TrainOptions& options, const vpr::Recipe& recipe);

vpr::TrainingPlaces places_of(const TrainOptions& options);
/// What a training mines triplets from: a folder's queries and database, or places.
vpr::TripletPhotos triplet_photos(const TrainOptions& options);

}  // namespace cli
