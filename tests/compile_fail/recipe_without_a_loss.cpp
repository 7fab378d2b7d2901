// SPDX-License-Identifier: MIT
// refused: a recipe needs a loss: of places, such as MultiSimilarityLoss<>(), and of triplets, such as TripletLoss()
#include <vpr/model/recipe.hpp>

vpr::Recipe recipe{.name = "mine", .meaning = "a training by nothing", .system = "salad"};
