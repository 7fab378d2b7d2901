// SPDX-License-Identifier: MIT
// refused: deleted
#include <vpr/dataset/photo_batches.hpp>

vpr::Planes load(const std::string& path, vpr::Random& random);
vpr::PlaceSampler sampler();
vpr::PhotoBatches<decltype(&load)> batches(sampler(), &load);
