// SPDX-License-Identifier: MIT
// refused: deleted
#include <vpr/dataset/mined_batches.hpp>

vpr::Planes load(const std::string& path, vpr::Random& random);
vpr::TripletMiner miner();
vpr::TripletBatches<decltype(&load)> photos();
vpr::MinedBatches<decltype(&load), decltype(&load)> batches(miner(), photos(), &load);
