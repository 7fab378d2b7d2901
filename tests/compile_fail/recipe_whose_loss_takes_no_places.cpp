// SPDX-License-Identifier: MIT
// refused: the first loss of a recipe is of places: loss(descriptors, places) or loss(descriptors, local, places)
#include <vpr/autograd.hpp>
#include <vpr/loss/triplet.hpp>
#include <vpr/model/recipe.hpp>

vpr::Recipe recipe{
    .name = "mine", .meaning = "a training by triplets", .system = "salad", .loss = {vpr::TripletLoss(), vpr::TripletLoss()}};
