// SPDX-License-Identifier: MIT
// refused: deleted
#include <vpr/dataset/triplet_miner.hpp>

vpr::TripletMiner miner();
const auto& remembered = miner().remembered();
