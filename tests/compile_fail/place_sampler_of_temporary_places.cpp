// SPDX-License-Identifier: MIT
// refused: deleted
#include <vpr/dataset/place_sampler.hpp>

vpr::TrainingPlaces places();
vpr::PlaceSampler sampler(places(), {});
