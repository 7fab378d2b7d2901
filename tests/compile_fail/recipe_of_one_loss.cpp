// SPDX-License-Identifier: MIT
// refused: a recipe needs two losses, {of places, of triplets}, such as {MultiSimilarityLoss<>(), TripletLoss()}
#include <vpr/loss/triplet.hpp>
#include <vpr/model/recipe.hpp>

vpr::Recipe recipe{.name = "mine", .meaning = "a training by triplets alone", .system = "salad", .loss = vpr::TripletLoss()};
